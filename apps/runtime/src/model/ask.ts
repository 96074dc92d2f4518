/** Asks the model with retries: exponential waiting with jitter, or as long as the provider asks. */
import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { FailureCode } from "@djinnbot/contracts";
import type { Narrator } from "../narrator.ts";
import { readFailure } from "./failure.ts";
import { askOnce, type Turn } from "./turn.ts";

const maxTries = 5;
const firstWaitMs = 1000;
const maxWaitMs = 30_000;

export type Asked = { turn: Turn } | { failure: { code: FailureCode; message: string } } | { aborted: true };

export interface AskOptions {
  model: LanguageModelV4;
  call: LanguageModelV4CallOptions;
  signal: AbortSignal;
  /** Epoch ms; waiting never passes it. */
  deadlineAt: number;
  narrator: Narrator;
}

/** Half of the wait is fixed and half random, so that many runs do not come back at the same moment. */
function backoff(tries: number): number {
  const full = Math.min(maxWaitMs, firstWaitMs * 2 ** (tries - 1));
  return full / 2 + Math.random() * (full / 2);
}

/** Never throws; `aborted` when the signal ended it. */
export async function ask(options: AskOptions): Promise<Asked> {
  for (let tries = 1; ; tries += 1) {
    try {
      const call = { ...options.call, abortSignal: options.signal };
      return { turn: await askOnce({ model: options.model, call, narrator: options.narrator }) };
    } catch (error) {
      if (options.signal.aborted) {
        return { aborted: true };
      }
      const failure = readFailure(error, Date.now());
      const waitMs = Math.round(failure.waitMs ?? backoff(tries));
      const { code, message } = failure;
      if (!failure.again) {
        return { failure: { code, message } };
      }
      if (tries >= maxTries) {
        return { failure: { code, message: `${message} (after ${tries} tries)` } };
      }
      if (Date.now() + waitMs >= options.deadlineAt) {
        const wish = `it asks to wait ${Math.ceil(waitMs / 1000)} s, which is longer than the step has`;
        return { failure: { code, message: `${message} (${wish})` } };
      }
      options.narrator.say({ type: "MODEL_RETRY", error: message, waitMs, tries });
      await pause(waitMs, options.signal);
    }
  }
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
