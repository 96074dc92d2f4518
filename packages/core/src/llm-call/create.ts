/** Records a model call that did not pass the gateway. */
import { type llmCalls, notFound, type OutputOf } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { recordModelCall } from "../gateway/record.ts";
import { guard, userIdOf } from "../guard.ts";

/**
 * For our own services: a workload cannot write its own bill, its calls are recorded by the gateway. Throws NOT_FOUND for a run that
 * is not the tenant's.
 */
export async function createLlmCall({
  ctx,
  input,
}: VerbArgs<typeof llmCalls.create>): Promise<OutputOf<typeof llmCalls.create>> {
  guard(ctx, "service");
  const { actor } = ctx;
  const runId = input.runId ?? null;
  if (runId !== null) {
    const found = await withTenant(ctx.deps.db, ctx.tenantId, (tx) =>
      tx.run.findUnique({ where: { id: runId }, select: { id: true } }),
    );
    if (!found) {
      throw notFound("Run");
    }
  }
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = input;
  const id = await recordModelCall(ctx.deps, {
    tenantId: ctx.tenantId,
    requestId: input.requestId ?? ctx.requestId,
    runId,
    sessionId: input.sessionId ?? null,
    agentId: input.agentId ?? null,
    userId: userIdOf(actor),
    step: null,
    provider: input.provider.slice(0, 64),
    model: input.model.slice(0, 256),
    keySource: null,
    keyMasked: null,
    usage: { input: inputTokens, output: outputTokens, cacheRead: cacheReadTokens, cacheWrite: cacheWriteTokens },
    estimated: false,
    durationMs: input.durationMs ?? null,
    toolCallCount: input.toolCallCount,
    hasThinking: input.hasThinking,
    stopReason: input.stopReason ?? null,
    status: null,
    error: null,
  });
  return { ok: true, id };
}
