/**
 * Asks the model with retries: exponential waiting with jitter, or as long as the provider asks. While our own gateway is away, which
 * says nothing about the model, it waits as long as the step has.
 */
import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { FailureCode } from "@djinnbot/contracts";
import type { Narrator } from "../narrator.ts";
import { type ModelFailure, type Objection, readFailure } from "./failure.ts";
import { askOnce, type Turn } from "./turn.ts";

const maxTries = 5;
const provider = { firstWaitMs: 1000, maxWaitMs: 30_000 };
/** A restart of the gateway takes seconds: people should not wait much longer than that. */
const gateway = { firstWaitMs: 250, maxWaitMs: 5000 };

export type Asked =
  | { turn: Turn }
  | { failure: { code: FailureCode; message: string }; objection: Objection | null }
  | { aborted: true };

export interface AskOptions {
  model: LanguageModelV4;
  call: LanguageModelV4CallOptions;
  signal: AbortSignal;
  /** Epoch ms; waiting never passes it. */
  deadlineAt: number;
  narrator: Narrator;
}

/** Half of the wait is fixed and half random, so that many runs do not come back at the same moment. */
function backoff(tries: number, { firstWaitMs, maxWaitMs }: typeof provider): number {
  const full = Math.min(maxWaitMs, firstWaitMs * 2 ** (tries - 1));
  return full / 2 + Math.random() * (full / 2);
}

/** Never throws; `aborted` when the signal ended it. */
export async function ask(options: AskOptions): Promise<Asked> {
  let tries = 0;
  let outages = 0;
  for (;;) {
    try {
      const call = { ...options.call, abortSignal: options.signal };
      return { turn: await askOnce({ model: options.model, call, narrator: options.narrator }) };
    } catch (error) {
      if (options.signal.aborted) {
        return { aborted: true };
      }
      const failure = readFailure(error, Date.now());
      tries += failure.isGatewayAway ? 0 : failure.tries;
      outages = failure.isGatewayAway ? outages + 1 : 0;
      const next = failure.isGatewayAway ? awaitGateway(failure, outages) : tryAgain(failure, tries);
      if ("reason" in next || Date.now() + next.waitMs >= options.deadlineAt) {
        const reason = "reason" in next ? next.reason : next.tooLate;
        return {
          failure: { code: failure.code, message: `${failure.message}${reason}` },
          objection: failure.objection,
        };
      }
      const { waitMs } = next;
      options.narrator.say({ type: "MODEL_RETRY", error: failure.message, waitMs, tries: outages || tries });
      await pause(waitMs, options.signal);
    }
  }
}

/** When to ask again and what to say if that is past the deadline; or why not. */
type Next = { waitMs: number; tooLate: string } | { reason: string };

function tryAgain(failure: ModelFailure, tries: number): Next {
  if (!failure.again || failure.objection) {
    return { reason: "" };
  }
  if (tries >= maxTries) {
    return { reason: ` (after ${tries} tries)` };
  }
  const waitMs = Math.round(failure.waitMs ?? backoff(tries, provider));
  const tooLate = ` (it asks to wait ${Math.ceil(waitMs / 1000)} s, which is longer than the step has)`;
  return { waitMs, tooLate };
}

function awaitGateway(failure: ModelFailure, outages: number): Next {
  const waitMs = Math.round(Math.min(failure.waitMs ?? backoff(outages, gateway), gateway.maxWaitMs));
  return { waitMs, tooLate: " (DjinnBot's own gateway was away until the step's time was over)" };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
