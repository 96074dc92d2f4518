/** Answers as JSON, and faults as the REST error body. */
import type { Fault } from "@djinnbot/contracts";
import { faultBody } from "./fault.ts";

/** A JSON answer that no cache keeps. */
export function jsonResponse(body: unknown, options: { status?: number; headers?: Headers } = {}): Response {
  const headers = options.headers ?? new Headers();
  headers.set("content-type", "application/json; charset=utf-8");
  headers.set("cache-control", "no-store");
  return new Response(JSON.stringify(body), { status: options.status ?? 200, headers });
}

/** `{ detail, code, requestId }` with the fault's status and, where it has one, Retry-After. */
export function faultResponse(fault: Fault, requestId: string, headers = new Headers()): Response {
  if (fault.retryAfterSec !== undefined) {
    headers.set("retry-after", String(Math.max(1, Math.ceil(fault.retryAfterSec))));
  }
  if (fault.code === "UNAUTHENTICATED") {
    headers.set("www-authenticate", "Bearer");
  }
  return jsonResponse(faultBody(fault, requestId), { status: fault.status, headers });
}
