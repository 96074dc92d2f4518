/** What callers see when something fails: expected faults as they are, everything else as INTERNAL, told only to the log. */
import type { Log } from "@djinnbot/config";
import { Fault, type FaultBody, type FaultCode } from "@djinnbot/contracts";
import { passingFault } from "@djinnbot/core";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server";

/** tRPC's name of each fault; a new fault does not compile without one. */
export const trpcCodes = {
  VALIDATION: "UNPROCESSABLE_CONTENT",
  BAD_REQUEST: "BAD_REQUEST",
  UNAUTHENTICATED: "UNAUTHORIZED",
  FORBIDDEN: "FORBIDDEN",
  NOT_FOUND: "NOT_FOUND",
  CONFLICT: "CONFLICT",
  PRECONDITION: "PRECONDITION_FAILED",
  TOO_LARGE: "PAYLOAD_TOO_LARGE",
  UNSUPPORTED: "UNSUPPORTED_MEDIA_TYPE",
  LIMIT: "TOO_MANY_REQUESTS",
  UPSTREAM: "BAD_GATEWAY",
  UNAVAILABLE: "SERVICE_UNAVAILABLE",
  INTERNAL: "INTERNAL_SERVER_ERROR",
} as const satisfies Record<FaultCode, TRPC_ERROR_CODE_KEY>;

/**
 * The fault itself; UNAVAILABLE while the database or Redis is away; INTERNAL for anything unexpected. The cause is logged with the
 * request id.
 */
export function toFault(error: unknown, source: { log: Log; requestId: string; operation: string }): Fault {
  if (error instanceof Fault) {
    return error;
  }
  const where = { request_id: source.requestId, operation: source.operation };
  const passing = passingFault(error);
  if (passing) {
    source.log.warn({ err: (error as Error).message, ...where }, "a request failed: a server does not answer now");
    return passing;
  }
  source.log.error({ err: describe(error), ...where }, "a request failed unexpectedly");
  return new Fault("INTERNAL", "Something went wrong on our side. Try again, or report the request id.");
}

/** Body of a REST error. */
export function faultBody(fault: Fault, requestId: string): FaultBody {
  return { detail: fault.details ?? fault.message, code: fault.code, requestId };
}

function describe(error: unknown): unknown {
  return error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack, code: (error as { code?: unknown }).code }
    : String(error);
}
