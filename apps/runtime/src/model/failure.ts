/** What a failed model call means: try again (and when), or which failure ends the step. */
import { APICallError } from "@ai-sdk/provider";
import { FailureCode, tooLongWords } from "@djinnbot/contracts";

export interface ModelFailure {
  code: FailureCode;
  message: string;
  /** True when the same call may succeed later. */
  again: boolean;
  /** What the provider asked us to wait. */
  waitMs: number | null;
  /** How often the provider was asked: the gateway tries again by itself before it gives up. */
  tries: number;
  /** True when our own gateway did not answer, so that the provider was not even asked. */
  isGatewayAway: boolean;
  /** What was wrong with the request itself, where that can be told: a shorter or plainer one may be taken. */
  objection: Objection | null;
}
/** `tooLong`: more than the model's window holds. `images`: the model does not see. `form`: any other part that was not understood. */
export type Objection = { kind: "tooLong"; window: number | null } | { kind: "images" } | { kind: "form" };

const statusOf = (error: unknown): number | undefined => {
  const { statusCode, status, code } = (error ?? {}) as Record<string, unknown>;
  return [statusCode, status, code].find(
    (value): value is number => typeof value === "number" && value >= 400 && value < 600,
  );
};

/** Reads `Retry-After-Ms`, or `Retry-After` as seconds or a date; milliseconds from `now`. */
export function retryAfterMs(headers: Record<string, string> | undefined, now: number): number | null {
  const ms = Number(headers?.["retry-after-ms"] ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) {
    return ms;
  }
  const text = headers?.["retry-after"];
  if (text === undefined) {
    return null;
  }
  const seconds = Number(text);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

/** A fault of our own gateway has `{detail, code, requestId}`, beside what the wire's clients look for; anything else came from the provider. */
interface GatewayFault {
  detail: string;
  code: string;
  /** Ends the step, whatever else is said. */
  failure: FailureCode | undefined;
}
function gatewayFault(body: string | undefined): GatewayFault | undefined {
  try {
    const json = JSON.parse(body ?? "") as Record<string, unknown>;
    return typeof json.code === "string" && typeof json.detail === "string" && typeof json.requestId === "string"
      ? { detail: json.detail, code: json.code, failure: FailureCode.safeParse(json.failure).data }
      : undefined;
  } catch {
    return undefined;
  }
}

const connectionCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/**
 * Nobody took the connection or it broke before an answer; or who answered was a proxy in front of the gateway, which marks each of its
 * answers with a request id, also those it passes on.
 */
function isGatewayAway(call: APICallError | undefined, fault: { code: string } | undefined): boolean {
  if (fault) {
    return fault.code === "UNAVAILABLE";
  }
  if (call?.statusCode === undefined) {
    return connectionCodes.has((call?.cause as { code?: string } | undefined)?.code ?? "");
  }
  return [502, 503, 504].includes(call.statusCode) && call.responseHeaders?.["x-request-id"] === undefined;
}

function providerMessage(error: unknown, body: string | undefined): string {
  const text = ((error ?? {}) as { message?: unknown }).message;
  const message = typeof text === "string" && text !== "" ? text : typeof error === "string" ? error : "no message";
  const more = body && body.length < 500 && !body.includes(message) && !body.startsWith("<") ? ` (${body})` : "";
  return withoutKeys(message + more).slice(0, 2000);
}

/** Some providers repeat the key they were given in their messages. */
export function withoutKeys(text: string): string {
  return text
    .replace(/\b(sk|pk|rk|key|gsk|xai|djr?|djb)[-_][\w*.-]{6,}/gi, "[key]")
    .replace(/\bAIza[\w-]{10,}/g, "[key]")
    .replace(/(bearer\s+)\S+/gi, "$1[key]");
}

/** Where the messages of that kind name the window itself. */
const windowPatterns = [
  /(?:context length|context window|context size|n_ctx)\D{0,24}(\d{3,8})/i,
  /> (\d{3,8}) maximum/,
  /maximum number of tokens allowed \(?(\d{3,8})/i,
];
const aboutImages = /image|vision|multi-?modal|image_url|media type/i;
const formStatuses = [400, 404, 405, 415, 422, 501];

/** Read from the words, because no wire has a code for it; only where the status says that the request is at fault, or there is none. */
function objectionOf(said: { status: number | undefined; fault: object | undefined; text: string }): Objection | null {
  const { status, text } = said;
  if (status === 413) {
    return { kind: "tooLong", window: null };
  }
  if (status !== undefined && !formStatuses.includes(status)) {
    return null;
  }
  if (tooLongWords.test(text)) {
    const found = windowPatterns.map((pattern) => Number(pattern.exec(text)?.[1])).find((value) => value > 0);
    return { kind: "tooLong", window: found ?? null };
  }
  if (status === undefined || said.fault) {
    return null;
  }
  return { kind: aboutImages.test(text) ? "images" : "form" };
}

/** Classifies whatever a model call threw or streamed as its error. */
export function readFailure(error: unknown, now: number): ModelFailure {
  const call = APICallError.isInstance(error) ? error : undefined;
  const status = statusOf(error);
  const fault = gatewayFault(call?.responseBody);
  const waitMs = retryAfterMs(call?.responseHeaders, now);
  const message = fault ? withoutKeys(fault.detail) : providerMessage(error, call?.responseBody);
  const give = (code: FailureCode, again = false): ModelFailure => ({
    code,
    message,
    again,
    waitMs,
    tries: triesOf(call?.responseHeaders),
    isGatewayAway: false,
    objection: objectionOf({ status, fault, text: `${message}\n${call?.responseBody ?? ""}` }),
  });
  if (isGatewayAway(call, fault)) {
    return { ...give("MODEL_UNAVAILABLE", true), isGatewayAway: true };
  }
  if (fault) {
    const ours = readFault(fault, status);
    if (ours) {
      return give(ours);
    }
  }
  if (status === 402) {
    return give(fault ? "BUDGET_EXCEEDED" : "MODEL_REFUSED");
  }
  if (status === 429) {
    // OpenAI answers 429 for an account without credit: waiting does not help.
    return give(
      isOutOfCredit(call?.responseBody) ? "MODEL_REFUSED" : "MODEL_RATE_LIMITED",
      !isOutOfCredit(call?.responseBody),
    );
  }
  if (status !== undefined && status < 500 && status !== 408 && status !== 409 && status !== 425) {
    return give("MODEL_REFUSED");
  }
  return give("MODEL_UNAVAILABLE", true);
}

function triesOf(headers: Record<string, string> | undefined): number {
  const tries = Number(headers?.["x-djinnbot-tries"] ?? 1);
  return Number.isInteger(tries) && tries >= 1 ? tries : 1;
}

function readFault(fault: GatewayFault, status: number | undefined): FailureCode | undefined {
  if (fault.failure) {
    return fault.failure;
  }
  if (fault.code === "LIMIT" || status === 402) {
    return /budget|spending|credit/i.test(fault.detail) ? "BUDGET_EXCEEDED" : undefined;
  }
  return fault.code === "PRECONDITION" || fault.code === "NOT_FOUND" ? "MODEL_NOT_CONFIGURED" : undefined;
}

function isOutOfCredit(body: string | undefined): boolean {
  return body?.includes("insufficient_quota") ?? false;
}
