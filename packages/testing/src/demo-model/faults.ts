/** Faults of the transport, chosen by model id: what a real provider does on a bad day. */
import { createHash } from "node:crypto";
import { WireError } from "./wire.ts";

/** How a stream goes wrong: never answers, stops in the middle, or is cut in the middle. */
export type StreamFault = "hang" | "hang-midway" | "cut";

const retryAfterSeconds = 1;
const refusals = 2;
const maxRemembered = 2000;

const always: Record<string, () => WireError> = {
  "demo-error-401": () =>
    new WireError({
      status: 401,
      type: "invalid_request_error",
      code: "invalid_api_key",
      message: "Incorrect API key provided.",
    }),
  "demo-error-500": () =>
    new WireError({
      status: 500,
      type: "server_error",
      message: "The server had an error while processing your request.",
    }),
  "demo-error-400": () =>
    new WireError({
      status: 400,
      type: "invalid_request_error",
      code: "context_length_exceeded",
      message: "This model's maximum context length is 8192 tokens.",
    }),
};

/** Models that misbehave on the wire. */
export const faultModels = [...Object.keys(always), "demo-error-429", "demo-hang", "demo-hang-midway", "demo-cut"];

/** Decides the fault of a request. `demo-error-429` and `demo-cut` need a memory: they fail first and then succeed. */
export function createFaults() {
  const seen = new Map<string, number>();

  function timesSeen(body: string): number {
    const key = createHash("sha256").update(body).digest("hex");
    const times = seen.get(key) ?? 0;
    seen.delete(key);
    seen.set(key, times + 1);
    const oldest = seen.keys().next().value;
    if (seen.size > maxRemembered && oldest !== undefined) {
      seen.delete(oldest);
    }
    return times;
  }

  /** Throws the WireError this model answers with, or names what happens to the stream. `body` is the request as sent. */
  return function faultOf(model: string, body: string): StreamFault | undefined {
    const error = always[model];
    if (error) {
      throw error();
    }
    if (model === "demo-error-429" && timesSeen(body) < refusals) {
      throw new WireError({
        status: 429,
        type: "rate_limit_error",
        code: "rate_limit_exceeded",
        message: `Rate limit reached. Try again in ${retryAfterSeconds}s.`,
        headers: { "retry-after": String(retryAfterSeconds) },
      });
    }
    if (model === "demo-cut") {
      return timesSeen(body) === 0 ? "cut" : undefined;
    }
    return model === "demo-hang" ? "hang" : model === "demo-hang-midway" ? "hang-midway" : undefined;
  };
}
