/** The three wires: which paths may be called, where the model's name stands, and how the key is sent. */
import type { ProviderWire } from "@djinnbot/contracts";

export interface Call {
  /** Path and query below the provider's base URL. */
  path: string;
  kind: "models" | "inference";
  /** From the path (Google); the other wires have it in the body. */
  model: string | null;
}

type Family = "openai" | "anthropic" | "google";
export function familyOf(wire: ProviderWire): Family {
  return wire === "openai-compatible" ? "openai" : wire;
}

const googleCall = /^models\/([A-Za-z0-9][A-Za-z0-9._-]{0,127}):(generateContent|streamGenerateContent)$/;

/** The call behind `/v1/llm/{provider}/{path}`; null for everything that is not plain inference. */
export function parseCall(
  wire: ProviderWire,
  request: { method: string; path: string; query: URLSearchParams },
): Call | null {
  const path = request.path.replace(/^\/+/, "");
  if (request.method === "GET") {
    return path === "models" ? { path: "/models", kind: "models", model: null } : null;
  }
  if (request.method !== "POST") {
    return null;
  }
  const family = familyOf(wire);
  if (family === "google") {
    const match = googleCall.exec(path);
    const asEvents = request.query.get("alt") === "sse" ? "?alt=sse" : "";
    return match ? { path: `/${path}${asEvents}`, kind: "inference", model: match[1] ?? null } : null;
  }
  const wanted = family === "anthropic" ? "messages" : "chat/completions";
  return path === wanted ? { path: `/${wanted}`, kind: "inference", model: null } : null;
}

/** The same call for another model of the same wire. */
export function callOf(call: Call, model: string): Call {
  if (call.model === null) {
    return call;
  }
  const path = call.path.replace(/^\/models\/[^:]+/, () => `/models/${encodeURIComponent(model)}`);
  return { ...call, model, path };
}

/** The headers that carry the key. */
export function authHeaders(provider: { wire: ProviderWire; apiKey: string | null }): Record<string, string> {
  const family = familyOf(provider.wire);
  const version: Record<string, string> = family === "anthropic" ? { "anthropic-version": "2023-06-01" } : {};
  if (provider.apiKey === null) {
    return version;
  }
  switch (family) {
    case "anthropic":
      return { ...version, "x-api-key": provider.apiKey };
    case "google":
      return { "x-goog-api-key": provider.apiKey };
    case "openai":
      return { authorization: `Bearer ${provider.apiKey}` };
  }
}

/** Where clients of the three wires put their key: for the gateway that is the run key, as an Authorization header. */
export function gatewayAuthorization(headers: Headers): string | null {
  const key = headers.get("x-api-key") ?? headers.get("x-goog-api-key");
  return headers.get("authorization") ?? (key === null ? null : `Bearer ${key}`);
}

const passedUp = ["accept", "content-type", "anthropic-version", "anthropic-beta", "openai-beta"];
/** Headers for the provider: what it may know of the request, and the key. Nothing else of the caller goes out. */
export function upstreamHeaders(
  provider: { wire: ProviderWire; apiKey: string | null },
  incoming: Headers,
): Record<string, string> {
  const headers: Record<string, string> = { "user-agent": "djinnbot", ...authHeaders(provider) };
  for (const name of passedUp) {
    const value = incoming.get(name);
    if (value !== null) {
      headers[name] = value;
    }
  }
  // What is compressed could not be read for its usage.
  headers["accept-encoding"] = "identity";
  return headers;
}

const passedDown =
  /^(content-type|cache-control|retry-after|retry-after-ms|x-request-id|request-id|x-should-retry|(x|anthropic)-ratelimit-.+)$/;
/** Headers for the workload. */
export function downstreamHeaders(upstream: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers({ "x-accel-buffering": "no" });
  for (const [name, value] of Object.entries(upstream)) {
    if (typeof value === "string" && passedDown.test(name)) {
      headers.set(name, value);
    }
  }
  return headers;
}
