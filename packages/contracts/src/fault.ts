/** The only error class, and the closed list of its codes. Adding a code without a status does not compile. */
import { z } from "zod";
import type { FailureCode } from "./failure.ts";

export const faultStatus = {
  VALIDATION: 422,
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PRECONDITION: 412,
  TOO_LARGE: 413,
  UNSUPPORTED: 415,
  LIMIT: 429,
  UPSTREAM: 502,
  UNAVAILABLE: 503,
  INTERNAL: 500,
} as const;
export type FaultCode = keyof typeof faultStatus;

/** One problem of a validation fault: where (path into the input) and what. */
export const FaultDetail = z.object({
  loc: z.array(z.union([z.string(), z.number()])),
  msg: z.string(),
  type: z.string(),
});
export type FaultDetail = z.infer<typeof FaultDetail>;

/** Body of every REST error. `detail` is a sentence, or for 422 a list of problems. */
export const FaultBody = z.object({
  detail: z.union([z.string(), z.array(FaultDetail)]),
  code: z.string(),
  requestId: z.string(),
});
export type FaultBody = z.infer<typeof FaultBody>;

/**
 * An expected failure. `message` is a sentence for the caller (what happened, what to do) and must never carry a secret,
 * another tenant's data or an internal name. `retryAfterSec` becomes the Retry-After header.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly details: FaultDetail[] | undefined;
  readonly retryAfterSec: number | undefined;
  /** How a step fails that cannot go on because of this. */
  readonly failure: FailureCode | undefined;
  constructor(
    code: FaultCode,
    message: string,
    extra: { details?: FaultDetail[]; retryAfterSec?: number; failure?: FailureCode; cause?: unknown } = {},
  ) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = "Fault";
    this.code = code;
    this.details = extra.details;
    this.retryAfterSec = extra.retryAfterSec;
    this.failure = extra.failure;
  }
  get status(): number {
    return faultStatus[this.code];
  }
}

/** `NOT_FOUND` with the one sentence that is the same for a missing thing and for another tenant's thing (DESIGN 4.5). */
export function notFound(noun: string): Fault {
  return new Fault("NOT_FOUND", `${noun} not found`);
}

/** Turns zod issues into the details of a VALIDATION fault. */
export function validationFault(error: z.ZodError, where: string): Fault {
  const details = error.issues.map((issue) => ({
    loc: [where, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))],
    msg: issue.message,
    type: issue.code ?? "invalid",
  }));
  const first = details[0];
  const summary = first ? `${first.loc.join(".")}: ${first.msg}` : "invalid input";
  return new Fault("VALIDATION", summary, { details });
}
