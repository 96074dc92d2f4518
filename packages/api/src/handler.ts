/** The whole API as one fetch handler: tRPC, REST, event streams, model gateway, reference, health and metrics. */
import type { Deps } from "@djinnbot/core";
import { type ApiConfig, apiDefaults } from "./config.ts";
import { type Answering, dispatch, type Edge } from "./dispatch.ts";
import { toFault } from "./fault.ts";
import { createHealth, doorCheck } from "./health.ts";
import { createMetrics } from "./metrics.ts";
import { requestIdOf } from "./request.ts";
import { faultResponse } from "./respond.ts";
import { createEventStreams } from "./sse.ts";

export interface RequestInfo {
  /** Address of the client as the host knows it. */
  ip: string | null;
  /** Nobody but workloads with a valid run key is served, and of the API only what lies below `/v1/`. */
  onlyRuns?: boolean;
}
export type Api = ReturnType<typeof createApi>;

/** One per process: it holds a Redis connection for the event streams until `close`. `fetch` never rejects. */
export function createApi(options: { deps: Deps; config: Pick<ApiConfig, "redisUrl"> & Partial<ApiConfig> }) {
  const { deps } = options;
  const config: ApiConfig = { ...apiDefaults, ...options.config };
  const streams = createEventStreams(deps, config);
  const metrics = createMetrics({ listeners: streams.count });
  const health = createHealth(deps, config.opensDoor ? { door: doorCheck(deps) } : {});
  const edge: Edge = { deps, config, streams, metrics, health };
  return {
    fetch: (request: Request, info: RequestInfo) => answer(edge, request, info),
    health,
    metrics,
    /** Open event streams. */
    listeners: streams.count,
    /** Ends the event streams. From then on new ones are refused, and every answer asks its client to connect anew. */
    close: () => streams.close(),
  };
}

async function answer(edge: Edge, request: Request, info: RequestInfo): Promise<Response> {
  const begun = performance.now();
  const answering: Answering = {
    ip: info.ip,
    onlyRuns: info.onlyRuns === true,
    requestId: requestIdOf(request.headers),
    headers: new Headers(),
    operation: "unknown",
  };
  const { requestId } = answering;
  let response: Response;
  try {
    response = await dispatch(edge, request, answering);
  } catch (error) {
    const log = answering.api?.log ?? edge.deps.log;
    const fault = toFault(error, { log, requestId, operation: answering.operation });
    response = faultResponse(fault, requestId, answering.headers);
  }
  response = await finish(response, { isHead: request.method === "HEAD", isLast: edge.streams.isClosed(), requestId });
  const seconds = (performance.now() - begun) / 1000;
  const { operation } = answering;
  edge.metrics.observe({ operation, method: request.method, status: response.status }, seconds);
  // Paths and queries stay out of the log: they may hold tokens and what people typed.
  edge.deps.log.debug(
    { request_id: requestId, operation, status: response.status, duration_ms: Math.round(seconds * 1000) },
    "request",
  );
  return response;
}

/** A copy with the headers of every answer: those of an answer that came from elsewhere cannot be changed. */
async function finish(
  response: Response,
  { isHead, isLast, requestId }: { isHead: boolean; isLast: boolean; requestId: string },
): Promise<Response> {
  const headers = new Headers(response.headers);
  headers.set("x-request-id", requestId);
  headers.set("x-content-type-options", "nosniff");
  if (isLast) {
    // A client that stayed on this connection would keep a process alive that wants to end.
    headers.set("connection", "close");
  }
  if (isHead) {
    await response.body?.cancel();
  }
  const { status, statusText } = response;
  return new Response(isHead ? null : response.body, { status, statusText, headers });
}
