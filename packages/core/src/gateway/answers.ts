/** The gateway's own failures, in the shape that the client of each wire understands, with our code beside it. */
import { Fault, type FaultCode, type ProviderWire } from "@djinnbot/contracts";
import { passingFault } from "../passing.ts";
import { familyOf } from "./wires.ts";

const types: Partial<Record<FaultCode, string>> = {
  BAD_REQUEST: "invalid_request_error",
  TOO_LARGE: "request_too_large",
  UNAUTHENTICATED: "authentication_error",
  FORBIDDEN: "permission_error",
  NOT_FOUND: "not_found_error",
  LIMIT: "rate_limit_error",
  PRECONDITION: "configuration_error",
  UPSTREAM: "upstream_error",
};

/** `{ error: { message, type, code }, detail, code, requestId }`; Anthropic's and Google's clients find their fields too. */
export function faultAnswer(fault: Fault, wire: ProviderWire, requestId: string): Response {
  const { message, code, status, retryAfterSec, failure } = fault;
  const type = types[code] ?? "api_error";
  const family = familyOf(wire);
  const error = family === "google" ? { message, status: code, code: status } : { message, type, code };
  const body = {
    ...(family === "anthropic" ? { type: "error" } : {}),
    error,
    detail: message,
    code,
    requestId,
    ...(failure === undefined ? {} : { failure }),
  };
  const headers = new Headers();
  if (retryAfterSec !== undefined) {
    headers.set("retry-after", String(retryAfterSec));
  }
  // Trying again cannot help: the client's own retry loop should not.
  if (failure !== undefined || (code !== "UPSTREAM" && code !== "UNAVAILABLE" && code !== "LIMIT")) {
    headers.set("x-should-retry", "false");
  }
  return Response.json(body, { status, headers });
}

/** Any error as a fault; what is not expected says nothing about us. */
export function asFault(error: unknown): Fault {
  return error instanceof Fault
    ? error
    : (passingFault(error) ?? new Fault("INTERNAL", "The model gateway failed.", { cause: error }));
}

/** The text without the key, should a provider repeat it. Without NUL first: a key with one in it would be whole again afterwards. */
export function withoutKey(text: string, apiKey: string | null): string {
  const told = withoutNul(text);
  return apiKey === null || apiKey === "" ? told : told.replaceAll(apiKey, "[key]");
}

/** Postgres takes no NUL in a text. */
export function withoutNul(text: string): string {
  return text.replaceAll("\u0000", "");
}
