/** Prometheus metrics of a process: its own, and the requests and streams it serves. */
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

/** `listeners` counts open event streams. */
export function createMetrics(options: { listeners: () => number }) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "djinnbot_http_request_duration_seconds",
    help: "Time until the answer's headers, by operation and status",
    labelNames: ["operation", "method", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  new Gauge({
    name: "djinnbot_event_stream_listeners",
    help: "Open event streams",
    registers: [registry],
    collect() {
      this.set(options.listeners());
    },
  });
  return {
    registry,
    observe: (labels: { operation: string; method: string; status: number }, seconds: number) =>
      requests.observe({ ...labels, status: String(labels.status) }, seconds),
  };
}

/** The registry in Prometheus' text format. */
export async function metricsResponse(registry: Registry): Promise<Response> {
  return new Response(await registry.metrics(), {
    headers: { "content-type": registry.contentType, "cache-control": "no-store" },
  });
}
