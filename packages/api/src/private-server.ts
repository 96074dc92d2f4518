/** The port for operators: health and metrics, not reachable from outside the machine or the cluster. */
import type { Registry } from "prom-client";
import type { Health } from "./health.ts";
import { metricsResponse } from "./metrics.ts";
import { type NodeHost, serve } from "./node-host.ts";
import { jsonResponse } from "./respond.ts";
import { isServiceToken } from "./service-token.ts";

/** Serves /health/live, /health/ready and /metrics. */
export function startPrivateServer(options: {
  port: number;
  host?: string;
  register: Registry;
  health: Health;
  /** Metrics are for who has it: a workload without a network of its own reaches this port too. */
  serviceToken: string;
}): Promise<NodeHost> {
  const handler = async (request: Request): Promise<Response> => {
    switch (new URL(request.url).pathname) {
      case "/health/live":
        return options.health.live();
      case "/health/ready":
        return options.health.ready();
      case "/metrics":
        if (isServiceToken(request.headers.get("authorization"), options.serviceToken)) {
          return metricsResponse(options.register);
        }
    }
    return jsonResponse({ detail: "Not found" }, { status: 404 });
  };
  return serve(handler, { port: options.port, ...(options.host === undefined ? {} : { host: options.host }) });
}
