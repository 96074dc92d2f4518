/** Which part of the API answers a request. */
import { Fault, pipelineSchema, pipelineSchemaPath } from "@djinnbot/contracts";
import { type Deps, gatewayAuthorization, handleModelCall } from "@djinnbot/core";
import type { ApiConfig } from "./config.ts";
import { handleDocs } from "./docs.ts";
import { handleDownload } from "./download.ts";
import type { Health } from "./health.ts";
import { spendRequest } from "./limit.ts";
import { type Metrics, metricsResponse } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import { type ApiRequest, apiRequest } from "./request.ts";
import { jsonResponse } from "./respond.ts";
import { handleRest } from "./rest.ts";
import { handleTrpc, trpcEndpoint } from "./root.ts";
import { matchRoute, operations } from "./routes.ts";
import { isServiceToken } from "./service-token.ts";
import type { EventStreams } from "./sse.ts";

/** What the process has. */
export interface Edge {
  deps: Deps;
  config: ApiConfig;
  streams: EventStreams;
  metrics: Metrics;
  health: Health;
}
/** What is known of one request; `headers` (of the answer), `operation` and `api` are filled on the way. */
export interface Answering {
  ip: string | null;
  onlyRuns: boolean;
  requestId: string;
  headers: Headers;
  operation: string;
  api?: ApiRequest;
}

const operationNames = new Set(operations.map(({ name }) => name));

/** Throws Faults, and whatever goes wrong unexpectedly. */
export async function dispatch(edge: Edge, request: Request, answering: Answering): Promise<Response> {
  const url = new URL(request.url);
  const { pathname } = url;
  const api = (authorization = request.headers.get("authorization")) => {
    answering.api = apiRequest(edge.deps, { request, url, ...answering, authorization });
    return answering.api;
  };
  if (answering.onlyRuns && !pathname.startsWith("/v1/")) {
    throw new Fault("NOT_FOUND", "Not found");
  }
  if (pathname.startsWith(`${trpcEndpoint}/`)) {
    answering.operation = trpcOperation(pathname);
    return handleTrpc(api(), { limit: edge.config.requestLimit, headers: answering.headers });
  }
  if (pathname.startsWith("/v1/llm/")) {
    answering.operation = "llm.gateway";
    return modelCall(edge, api(gatewayAuthorization(request.headers)));
  }
  if (pathname.startsWith("/v1/")) {
    return rest(edge, { request, url, answering, api });
  }
  answering.operation = "system";
  return system(edge, pathname, request.headers.get("authorization"));
}

/** A name out of a closed list, for metrics. */
function trpcOperation(pathname: string): string {
  const name = pathname.slice(trpcEndpoint.length + 1);
  return name.includes(",") ? "trpc.batch" : operationNames.has(name) ? name : "trpc.unknown";
}

async function rest(
  edge: Edge,
  options: { request: Request; url: URL; answering: Answering; api: (authorization?: string | null) => ApiRequest },
): Promise<Response> {
  const { request, url, answering, api } = options;
  const { method } = request;
  const { headers } = answering;
  const match = matchRoute(method, url.pathname);
  if (!match) {
    throw new Fault("NOT_FOUND", "Not found");
  }
  if ("allow" in match) {
    headers.set("allow", match.allow.join(", "));
    if (method === "OPTIONS") {
      return new Response(null, { status: 204, headers });
    }
    const body = { detail: "Method not allowed", code: "BAD_REQUEST", requestId: answering.requestId };
    return jsonResponse(body, { status: 405, headers });
  }
  const { operation, params } = match;
  answering.operation = operation.name;
  if (operation.contract.kind === "stream") {
    // Browsers cannot send headers with an EventSource, so earlier clients put the token into the address.
    const token = url.searchParams.get("token");
    const authorization = request.headers.get("authorization") ?? (token === null ? null : `Bearer ${token}`);
    return edge.streams.open(api(authorization), operation.contract, params);
  }
  const limit = edge.config.requestLimit;
  if (operation.contract.kind === "download") {
    return handleDownload(api(), { operation: { ...operation, contract: operation.contract }, params, limit, headers });
  }
  return handleRest(api(), { operation: { ...operation, contract: operation.contract }, params, limit, headers });
}

async function modelCall(edge: Edge, api: ApiRequest): Promise<Response> {
  const [, providerId = "", path = ""] = /^\/v1\/llm\/([^/]+)\/?(.*)$/.exec(api.url.pathname) ?? [];
  const caller = await api.caller();
  await spendRequest(caller, edge.config.requestLimit);
  return handleModelCall({ caller, providerId, path, request: api.request });
}

let openApi: string | undefined;

async function system(edge: Edge, pathname: string, authorization: string | null): Promise<Response> {
  if (pathname === "/docs" || pathname.startsWith("/docs/")) {
    return handleDocs(pathname);
  }
  switch (pathname) {
    case "/health/live":
      return edge.health.live();
    case "/health":
    case "/health/ready":
      return edge.health.ready();
    case "/openapi.json":
      openApi ??= JSON.stringify(openApiDocument());
      return jsonText(openApi, "application/json");
    case pipelineSchemaPath:
      // Editors on other sites read it too; it tells nothing about anybody.
      return jsonText(JSON.stringify(pipelineSchema()), "application/schema+json", {
        "access-control-allow-origin": "*",
      });
    case "/metrics":
      if (isServiceToken(authorization, edge.deps.config.serviceToken)) {
        return metricsResponse(edge.metrics.registry);
      }
  }
  throw new Fault("NOT_FOUND", "Not found");
}

function jsonText(text: string, type: string, headers: Record<string, string> = {}): Response {
  return new Response(text, { headers: { "content-type": type, "cache-control": "no-cache", ...headers } });
}
