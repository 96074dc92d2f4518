/** Prices: rows to wire shapes. */
import type { Price } from "@djinnbot/contracts";
import type { Prisma } from "@djinnbot/db";
import { num, numOrNull } from "../json.ts";

export function toPrice(row: Prisma.ModelPriceGetPayload<Record<string, never>>): Price {
  return {
    id: row.id,
    model: row.model,
    inputMicros: num(row.inputMicros),
    outputMicros: num(row.outputMicros),
    cacheReadMicros: numOrNull(row.cacheReadMicros),
    cacheWriteMicros: numOrNull(row.cacheWriteMicros),
    contextWindow: row.contextWindow,
    source: row.tenantId === null ? "platform" : "tenant",
    updatedAt: num(row.updatedAt),
  };
}
