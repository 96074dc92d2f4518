/** Model calls of the tenant, newest first, with totals over everything that matches. */
import type { LlmCall, llmCalls, OutputOf } from "@djinnbot/contracts";
import { type Prisma, withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { num } from "../json.ts";

const dollars = (micros: bigint | number | null) => (micros === null ? null : Number(micros) / 1_000_000);

export async function listLlmCalls({
  ctx,
  input,
}: VerbArgs<typeof llmCalls.list>): Promise<OutputOf<typeof llmCalls.list>> {
  guard(ctx, "llm:read");
  const { limit, offset, sessionId, runId, agentId } = input;
  const where: Prisma.LlmCallLogWhereInput = { tenantId: ctx.tenantId, sessionId, runId, agentId };
  const { rows, totals } = await withTenant(ctx.deps.db, ctx.tenantId, async (tx) => ({
    rows: await tx.llmCallLog.findMany({
      where,
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: limit,
      skip: offset,
    }),
    totals: await tx.llmCallLog.aggregate({
      where,
      _count: { _all: true },
      _avg: { durationMs: true },
      _sum: {
        inputTokens: true,
        outputTokens: true,
        cacheReadTokens: true,
        cacheWriteTokens: true,
        totalTokens: true,
        costTotalMicros: true,
        costInputMicros: true,
        costOutputMicros: true,
      },
    }),
  }));
  const total = totals._count._all;
  const sum = totals._sum;
  const newest = offset === 0 ? rows.find((row) => row.totalTokens > 0) : undefined;
  const window = newest?.contextWindow ?? null;
  return {
    calls: rows.map(toLlmCall),
    total,
    hasMore: offset + rows.length < total,
    summary: {
      callCount: total,
      totalInputTokens: sum.inputTokens ?? 0,
      totalOutputTokens: sum.outputTokens ?? 0,
      totalCacheReadTokens: sum.cacheReadTokens ?? 0,
      totalCacheWriteTokens: sum.cacheWriteTokens ?? 0,
      totalTokens: sum.totalTokens ?? 0,
      totalCost: dollars(sum.costTotalMicros) ?? 0,
      totalCostInput: dollars(sum.costInputMicros) ?? 0,
      totalCostOutput: dollars(sum.costOutputMicros) ?? 0,
      avgDurationMs: Math.round(totals._avg.durationMs ?? 0),
      contextUsedTokens: newest?.totalTokens ?? null,
      contextWindowTokens: window,
      contextPercent: newest && window ? Math.round((newest.totalTokens / window) * 1000) / 10 : null,
    },
  };
}

function toLlmCall(row: Prisma.LlmCallLogGetPayload<object>): LlmCall {
  const { tenantId, costInputMicros, costOutputMicros, costTotalMicros, ...rest } = row;
  return {
    ...rest,
    costInput: dollars(costInputMicros),
    costOutput: dollars(costOutputMicros),
    costTotal: dollars(costTotalMicros),
    createdAt: num(row.createdAt),
  };
}
