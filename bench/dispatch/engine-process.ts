// Child process of the dispatch bench: one engine whose workloads live in the parent.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createDeps } from "@djinnbot/core";
import { createEngine } from "../../apps/engine/src/engine.ts";
import type { Workload, WorkloadSpec, WorkloadState } from "../../apps/engine/src/workload/workload.ts";
import type { Workspace } from "../../apps/engine/src/workspace/workspace.ts";
import { childInput, onParentGone, tellParent } from "../lib/child.ts";
import type { ServiceSettings } from "../lib/servers.ts";

/** Frees what is no longer used; answers what is left on the heap. */
export interface EngineIn {
  kind: "collect";
}
export type EngineOut =
  | { kind: "ready" }
  | { kind: "collected"; heapMb: number }
  | { kind: "ensure"; spec: WorkloadSpec }
  | { kind: "stop"; name: string };

const input = childInput<{ settings: ServiceSettings; redisUrl: string; maxConcurrentRuns: number }>();
const running = new Map<string, WorkloadState>();
const tell = (message: EngineOut) => tellParent(message);

const workload: Workload = {
  kind: "process",
  sandbox: "none",
  network: "open",
  ensure: async (spec) => {
    if (running.has(spec.name)) return;
    const { name, sessionId, runId, tenantId } = spec;
    running.set(name, { name, sessionId, runId, tenantId, status: "running", exitCode: null, startedAt: Date.now() });
    tell({ kind: "ensure", spec });
  },
  stop: async (name) => {
    if (running.delete(name)) tell({ kind: "stop", name });
  },
  inspect: async (name) => running.get(name) ?? null,
  list: async () => [...running.values()],
  output: async () => [],
};

/** Working copies in name only: what git costs is in the measurement of whole runs. */
const workspace: Workspace = {
  prepare: async (run) => ({
    path: `/nowhere/${run.runId}`,
    mirror: `/nowhere/${run.runId}.git`,
    branch: `run/${run.runId}`,
    base: "0".repeat(40),
  }),
  collect: async (_run, { commitHash }) => ({ head: commitHash, commits: [] }),
  head: async () => null,
  merge: async () => ({ head: null }),
  push: async () => ({ status: "none", detail: null }),
  remove: async () => undefined,
};

const deps = createDeps(input.settings, { service: "engine", instance: "engine-bench" });
const engine = createEngine({
  deps,
  redisUrl: input.redisUrl,
  workload,
  workspace,
  options: {
    instanceId: "engine-bench",
    version: "bench",
    apiUrl: "http://127.0.0.1:1",
    workloadRedisUrl: input.redisUrl,
    maxConcurrentRuns: input.maxConcurrentRuns,
  },
});
engine.start();
process.on("message", (_: EngineIn) => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  tell({ kind: "collected", heapMb: process.memoryUsage().heapUsed / 2 ** 20 });
});
tell({ kind: "ready" });
onParentGone(async () => {
  await engine.drain();
  await deps.close();
});
