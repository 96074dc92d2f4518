/** What every call of the client throws when it fails. */
import { FaultBody, type FaultCode, type FaultDetail, faultStatus } from "@djinnbot/contracts";
import { isTRPCClientError } from "@trpc/client";

/** `NETWORK`: no answer came, or one that is not ours. */
export type DjinnErrorCode = FaultCode | "NETWORK";

/** A failed call: `message` is a sentence for people, `code` is for programs. */
export class DjinnError extends Error {
  readonly code: DjinnErrorCode;
  /** Problems of the input, for VALIDATION. */
  readonly details: FaultDetail[];
  /** For reports; null when the request never arrived. */
  readonly requestId: string | null;
  /** Seconds after which trying again may help. */
  readonly retryAfterSec: number | null;

  constructor(options: {
    code: DjinnErrorCode;
    message: string;
    details?: FaultDetail[];
    requestId?: string | null;
    retryAfterSec?: number | null;
    cause?: unknown;
  }) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "DjinnError";
    this.code = options.code;
    this.details = options.details ?? [];
    this.requestId = options.requestId ?? null;
    this.retryAfterSec = options.retryAfterSec ?? null;
  }
}

/** The error of a failed tRPC call, or of anything else that was thrown on the way. */
export function toDjinnError(error: unknown): DjinnError {
  if (error instanceof DjinnError) {
    return error;
  }
  const fault = isTRPCClientError(error) ? (error.data as { fault?: FaultLike } | undefined)?.fault : undefined;
  if (fault) {
    return new DjinnError({
      code: fault.code,
      message: sentence(fault.detail, (error as Error).message),
      details: Array.isArray(fault.detail) ? fault.detail : [],
      requestId: fault.requestId,
      retryAfterSec: fault.retryAfterSec,
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new DjinnError({ code: "NETWORK", message, cause: error });
}

/** The error of a REST answer that is not a success. */
export async function responseError(response: Response): Promise<DjinnError> {
  const body = FaultBody.safeParse(await response.json().catch(() => null));
  if (!body.success || !Object.hasOwn(faultStatus, body.data.code)) {
    return new DjinnError({ code: "NETWORK", message: `The server answered ${response.status}.` });
  }
  const { detail, code, requestId } = body.data;
  const wait = Number(response.headers.get("retry-after"));
  return new DjinnError({
    code: code as FaultCode,
    message: sentence(detail, `The server answered ${response.status}.`),
    details: Array.isArray(detail) ? detail : [],
    requestId,
    retryAfterSec: wait > 0 ? wait : null,
  });
}

interface FaultLike {
  code: FaultCode;
  detail: FaultBody["detail"];
  requestId: string;
  retryAfterSec: number | null;
}

function sentence(detail: FaultBody["detail"], fallback: string): string {
  return typeof detail === "string" ? detail : fallback;
}
