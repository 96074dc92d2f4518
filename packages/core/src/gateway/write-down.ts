/** A model call, or a try of one, as a row: who was asked, what came of it, and what it cost. */
import { newId } from "@djinnbot/contracts";
import { withoutKey } from "./answers.ts";
import type { Asking, Target } from "./asking.ts";
import { targetName } from "./asking.ts";
import { type ModelCall, recordModelCall, settleModelCall } from "./record.ts";
import type { ModelRequest } from "./request.ts";
import type { Observed } from "./usage.ts";

const charsPerToken = 4;

export interface Outcome {
  status: number | null;
  error: string | null;
  observed: Observed | null;
  /** `performance.now()` when it was asked. */
  started: number;
  /** What was held for the call, to be settled with it. */
  reservationId?: string | null;
}

/** A call that cannot be written down is logged and still answered: the work it paid for is not thrown away. It is paid for all the same. */
export async function writeDown(asking: Asking, target: Target, outcome: Outcome): Promise<void> {
  const { model } = target;
  if (!model) {
    return;
  }
  const { deps, log } = asking;
  const call = callOf(asking, { target, model, outcome });
  const id = newId("llmCall");
  const about = { provider: call.provider, model: call.model };
  try {
    await recordModelCall(deps, call, id);
  } catch (error) {
    log.error({ ...about, err: error }, "a model call was not written down");
    await settleModelCall(deps, call, id).catch((settling: unknown) =>
      log.error({ ...about, err: settling }, "a model call was not settled"),
    );
  }
}

function callOf(
  asking: Asking,
  { target, model, outcome }: { target: Target; model: ModelRequest; outcome: Outcome },
): ModelCall {
  const { actor, wanted } = asking;
  const { provider } = target;
  const { observed } = outcome;
  return {
    tenantId: asking.tenantId,
    requestId: asking.requestId,
    runId: actor.runId,
    sessionId: actor.sessionId,
    agentId: actor.agentId,
    userId: null,
    step: asking.step,
    provider: provider.providerId,
    model: model.model,
    requestedModel: wanted === targetName(target) ? null : wanted,
    reservationId: outcome.reservationId ?? null,
    price: target.price,
    keySource: provider.source,
    // The platform's key is the operator's business.
    keyMasked: provider.source === "platform" ? null : provider.maskedApiKey,
    ...tokensOf(model, outcome),
    durationMs: Math.round(performance.now() - outcome.started),
    toolCallCount: observed?.toolCalls ?? 0,
    hasThinking: observed?.hasThinking ?? false,
    stopReason: observed?.stopReason ?? null,
    status: outcome.status,
    error: outcome.error === null ? null : withoutKey(outcome.error, provider.apiKey),
  };
}

/** What the provider told, else a guess from the length of what went in and came out. A call without answer costs nothing. */
function tokensOf(model: ModelRequest, outcome: Outcome): { usage: ModelCall["usage"]; estimated: boolean } {
  const observed = outcome.observed;
  const guessed = Math.ceil((observed?.chars ?? 0) / charsPerToken);
  if (observed?.usage) {
    const { usage } = observed;
    const isCut = outcome.error !== null;
    // Anthropic's first message tells the prompt only: who leaves before the last one has read more than that.
    return { usage: isCut ? { ...usage, output: Math.max(usage.output, guessed) } : usage, estimated: isCut };
  }
  const worked = observed !== null && observed.chars > 0;
  const input = worked ? model.inputTokens : 0;
  return { usage: { input, output: guessed, cacheRead: 0, cacheWrite: 0 }, estimated: worked };
}
