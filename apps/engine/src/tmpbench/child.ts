process.on("SIGINT", () => process.exit(0));
import { createDeps } from "@djinnbot/core";
import { createEngine } from "../engine.ts";
import { testWorkspace } from "../test/host.ts";
const env = JSON.parse(process.env.BENCH_ENV ?? "{}");
const deps = createDeps(env, { service: "engine", instance: "bench", dbConnections: Number(process.env.CONNS ?? 10) });
let n = 0; const waits = new Map<number, () => void>();
process.on("message", (m: any) => { if (m.stats) { process.send?.({ stats: true, cpu: process.cpuUsage() }); return; } waits.get(m.id)?.(); });
const engine = createEngine({ deps, redisUrl: env.REDIS_URL, workspace: testWorkspace(), workload: {
  kind: "process", sandbox: "none",
  ensure: (spec) => new Promise((res) => { const id = ++n; waits.set(id, () => res()); process.send?.({ id, spec }); }),
  stop: async (name) => { process.send?.({ stop: name }); },
  inspect: async (name) => ({ name, sessionId: "", runId: "", tenantId: "", status: "running", exitCode: null, startedAt: 0 }),
  list: async () => [], output: async () => [],
}, options: { instanceId: "bench", version: "b", apiUrl: "http://127.0.0.1:1", workloadRedisUrl: env.REDIS_URL, maxConcurrentRuns: 500 } });
engine.start();
