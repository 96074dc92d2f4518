/** Health and metrics of the engine, for operators. */
import { createHealth, createMetrics, isServiceToken, type NodeHost, serve } from "@djinnbot/api";
import type { Deps } from "@djinnbot/core";
import type { Engine, EngineStats } from "./engine.ts";
import { endedMetrics } from "./held/journal.ts";
import { now } from "./lib/clock.ts";
import { countPending } from "./store/claim.ts";

/** Ready while the global stream was polled lately, and the chores (one may wait for a workload to end) have not stopped. */
const freshMs = { lastPollAt: 5000, lastSweepAt: 30_000 } as const;

const help: Record<keyof EngineStats, string> = {
  held: "Runs this instance works on",
  lastPollAt: "Epoch ms of the last answer on the global stream",
  lastSweepAt: "Epoch ms of the last sweep that reached the database",
};

function metricName(name: string): string {
  return `djinnbot_engine_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

/** The queue of the whole installation, as each engine sees it; left out while the database is away. */
async function queueMetric(deps: Deps): Promise<string> {
  const name = "djinnbot_engine_pending_runs";
  return countPending(deps).then(
    (count) => `# HELP ${name} Runs of all tenants that wait for a place\n# TYPE ${name} gauge\n${name} ${count}\n`,
    () => "",
  );
}

/** Serves /health/live, /health/ready and, to who shows the service token, /metrics; port 0 picks a free one. */
export function startOperatorServer(options: {
  deps: Deps;
  engine: Engine;
  port: number;
  host: string;
}): Promise<NodeHost> {
  const { deps, engine, port, host } = options;
  const { registry } = createMetrics({ listeners: () => 0 });
  const fresh = (at: keyof typeof freshMs) => async () => {
    if (engine.stats()[at] < now() - freshMs[at]) {
      throw new Error("not lately");
    }
  };
  const health = createHealth(deps, { stream: fresh("lastPollAt"), sweep: fresh("lastSweepAt") });
  const metrics = async () => {
    const own = Object.entries(engine.stats()).map(
      ([name, value]) =>
        `# HELP ${metricName(name)} ${help[name as keyof EngineStats]}\n# TYPE ${metricName(name)} gauge\n${metricName(name)} ${value}\n`,
    );
    const parts = [await registry.metrics(), ...own, endedMetrics(), await queueMetric(deps)];
    return new Response(parts.join(""), {
      headers: { "content-type": registry.contentType },
    });
  };
  return serve(
    async (request) => {
      switch (new URL(request.url).pathname) {
        case "/health/live":
          return health.live();
        case "/health/ready":
          return health.ready();
        case "/metrics":
          // A workload without a network of its own reaches this port too.
          if (isServiceToken(request.headers.get("authorization"), deps.config.serviceToken)) {
            return metrics();
          }
      }
      return new Response("Not found", { status: 404 });
    },
    { port, host },
  );
}
