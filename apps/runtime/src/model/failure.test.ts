import { APICallError } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { readFailure, retryAfterMs, withoutKeys } from "./failure.ts";

const call = (statusCode: number, body: unknown, responseHeaders: Record<string, string> = {}) =>
  new APICallError({
    message: "said the provider",
    url: "http://gateway/",
    requestBodyValues: {},
    statusCode,
    responseHeaders,
    responseBody: typeof body === "string" ? body : JSON.stringify(body),
  });
const now = Date.parse("2026-11-23T10:00:00Z");
const ours = (code: string, detail: string) => ({ code, detail, requestId: "req_1" });

test.each([
  [call(400, { error: {} }), "MODEL_REFUSED", false],
  [call(401, { error: {} }), "MODEL_REFUSED", false],
  [call(403, "<html>"), "MODEL_REFUSED", false],
  [call(404, ours("NOT_FOUND", "no such provider")), "MODEL_NOT_CONFIGURED", false],
  [call(404, { error: { message: "no such model", code: "model_not_found" } }), "MODEL_REFUSED", false],
  [call(412, ours("PRECONDITION", "no key")), "MODEL_NOT_CONFIGURED", false],
  [call(412, { ...ours("PRECONDITION", "no key"), error: { message: "no key" } }), "MODEL_NOT_CONFIGURED", false],
  [call(502, { ...ours("UPSTREAM", "away"), error: { message: "away" } }), "MODEL_UNAVAILABLE", true],
  [call(402, ours("LIMIT", "the tenant's budget")), "BUDGET_EXCEEDED", false],
  [call(402, { error: { message: "add credit" } }), "MODEL_REFUSED", false],
  [call(429, ours("LIMIT", "spending budget reached")), "BUDGET_EXCEEDED", false],
  [call(429, ours("LIMIT", "too many requests")), "MODEL_RATE_LIMITED", true],
  [call(429, { error: { code: "insufficient_quota" } }), "MODEL_REFUSED", false],
  [call(429, {}), "MODEL_RATE_LIMITED", true],
  [call(529, {}), "MODEL_UNAVAILABLE", true],
  [call(408, {}), "MODEL_UNAVAILABLE", true],
  [new TypeError("fetch failed"), "MODEL_UNAVAILABLE", true],
  [{ message: "overloaded", code: 503 }, "MODEL_UNAVAILABLE", true],
  [{ message: "bad", code: 400 }, "MODEL_REFUSED", false],
  ["just words", "MODEL_UNAVAILABLE", true],
  [undefined, "MODEL_UNAVAILABLE", true],
])("%#: %s is %s", (error, code, again) => {
  expect(readFailure(error, now)).toMatchObject({ code, again });
});

const refused = (code: string) =>
  new APICallError({
    message: "Cannot connect to API",
    url: "http://gateway/",
    requestBodyValues: {},
    cause: Object.assign(new Error("connect"), { code }),
  });
const passedOn = { "x-request-id": "req_1" };

test.each([
  ["nobody listens", refused("ECONNREFUSED"), true],
  ["the line broke before an answer", refused("UND_ERR_SOCKET"), true],
  ["a proxy before us has no backend", call(502, "<html>"), true],
  ["a proxy before us is tired of waiting", call(504, ""), true],
  ["our gateway has no database", call(503, ours("UNAVAILABLE", "Try again."), passedOn), true],
  ["our gateway could not reach the provider", call(502, ours("UPSTREAM", "away"), passedOn), false],
  ["the provider is overloaded", call(503, {}, passedOn), false],
  ["the provider thinks for too long", refused("UND_ERR_HEADERS_TIMEOUT"), false],
  ["the answer broke off", new TypeError("terminated"), false],
])("%s: is the gateway away?", (_, error, isGatewayAway) => {
  expect(readFailure(error, now)).toMatchObject({ code: "MODEL_UNAVAILABLE", again: true, isGatewayAway });
});

test("Retry-After as seconds, as a date and in milliseconds", () => {
  expect(retryAfterMs({ "retry-after": "7" }, now)).toBe(7000);
  expect(retryAfterMs({ "retry-after": "Mon, 23 Nov 2026 10:00:30 GMT" }, now)).toBe(30_000);
  expect(retryAfterMs({ "retry-after": "Mon, 23 Nov 2026 09:00:00 GMT" }, now)).toBe(0);
  expect(retryAfterMs({ "retry-after": "1", "retry-after-ms": "250" }, now)).toBe(250);
  expect(retryAfterMs({ "retry-after": "soon" }, now)).toBeNull();
  expect(retryAfterMs(undefined, now)).toBeNull();
});

test("keys in messages are hidden", () => {
  expect(withoutKeys("Incorrect API key provided: sk-proj-abc***wxyz.")).not.toContain("abc");
  expect(withoutKeys("key AIzaSyA1234567890abcdef is bad")).toBe("key [key] is bad");
  expect(withoutKeys("Authorization: Bearer abc.def")).toBe("Authorization: Bearer [key]");
});
