// An engine in a process of its own on a fresh installation, and tenants that can give it work.
import { setTimeout as pause } from "node:timers/promises";
import type { Deps } from "@djinnbot/core";
import type { TestTenant } from "../../packages/testing/src/tenants.ts";
import type { Bench } from "../lib/bench.ts";
import type { Child } from "../lib/child.ts";
import { cpuMs } from "../lib/cpu.ts";
import { type Installation, openDeps, registerTenant } from "../lib/servers.ts";
import { offerModel, startEngine, type Workloads } from "./engine.ts";
import type { EngineIn, EngineOut } from "./engine-process.ts";

export interface Stand<Agents extends Workloads = Workloads> {
  bench: Bench;
  agents: Agents;
  deps: Deps;
  installation: Installation;
  engine: Child<EngineIn, EngineOut>;
  /** With the agent `bench`. */
  newTenant: () => Promise<TestTenant>;
}

/** Starts it, and stops it when `use` has ended, however it ends. What `agents` makes plays its workloads, in this process. */
export async function withEngine<Agents extends Workloads>(
  bench: Bench,
  options: { database: string; agents: (redisUrl: string) => Agents; maxConcurrentRuns: number },
  use: (stand: Stand<Agents>) => Promise<void>,
): Promise<void> {
  const { maxConcurrentRuns } = options;
  const installation = await (await bench.backends()).installation(options.database);
  const deps = openDeps(installation);
  await offerModel(installation);
  const agents = options.agents(installation.redisUrl);
  const engine = await startEngine({ installation, agents, maxConcurrentRuns, profile: bench.options.profile });
  const newTenant = async () => {
    const tenant = await registerTenant(deps);
    await tenant.services.agents.create({ name: "Bench", slug: "bench" });
    return tenant;
  };
  try {
    await use({ bench, agents, deps, installation, engine, newTenant });
  } finally {
    agents.stopAll();
    await engine.stop();
    await deps.close();
  }
}

/** Half a second in which an engine does no more than this (ms) is a rest. */
const restingMs = 60;

/** Waits until the engine has caught up with what it was told: two half seconds of rest. At most a minute, then it counts as its usual state. */
export async function untilResting({ pid }: { pid: number }): Promise<void> {
  let rests = 0;
  for (let at = 0; at < 120 && rests < 2; at += 1) {
    const before = cpuMs([pid]);
    await pause(500);
    rests = cpuMs([pid]) - before <= restingMs ? rests + 1 : 0;
  }
}
