/** Prices of models: the bundled ones and the tenant's own over them (agent-svc). */
import { z } from "zod";
import { contract } from "./contract.ts";
import { EpochMs, idOf } from "./id.ts";

/** Micro-dollars for a million tokens; at most a dollar a token. */
const Micros = z.int().min(0).max(1_000_000_000_000);
/** `provider/model`; a `*` at the end matches any ending. */
const PricedModel = z
  .string()
  .max(256)
  .regex(/^[a-z0-9][a-z0-9-]{0,63}\/[^\s*]*\*?$/, "provider/model, with * at the end for any ending")
  .refine((model) => !model.endsWith("/"), "provider/model, with * at the end for any ending");

export const Price = z.object({
  id: z.string(),
  model: z.string(),
  inputMicros: z.int(),
  outputMicros: z.int(),
  /** Null: cached input costs as much as other input. */
  cacheReadMicros: z.int().nullable(),
  cacheWriteMicros: z.int().nullable(),
  /** Tokens; null when unknown. */
  contextWindow: z.int().nullable(),
  source: z.enum(["tenant", "platform"]),
  updatedAt: EpochMs,
});
export type Price = z.infer<typeof Price>;

const base = { service: "agent-svc" } as const;

export const prices = {
  list: contract({
    ...base,
    method: "GET",
    path: "/v1/prices/",
    scope: "settings:read",
    summary: "Prices by model: the tenant's own, and the bundled ones",
    input: z.object({}),
    output: z.array(Price),
  }),
  put: contract({
    ...base,
    method: "PUT",
    path: "/v1/prices/",
    scope: "settings:write",
    summary: "Set the tenant's own price of a model; calls from now on cost that",
    input: z.object({
      model: PricedModel,
      inputMicros: Micros,
      outputMicros: Micros,
      cacheReadMicros: Micros.nullable().default(null),
      cacheWriteMicros: Micros.nullable().default(null),
      contextWindow: z.int().min(1).max(1_000_000_000).nullable().default(null),
    }),
    output: Price,
  }),
  delete: contract({
    ...base,
    method: "DELETE",
    path: "/v1/prices/{priceId}",
    scope: "settings:write",
    summary: "Forget the tenant's own price; the bundled one counts again",
    input: z.object({ priceId: idOf("price") }),
    output: z.object({ status: z.literal("deleted"), priceId: z.string() }),
    faults: ["NOT_FOUND"],
  }),
};
