/** Runs that faults happen to: a repository of their own, the engine that holds them, the process that works on them. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { DjinnClient } from "@djinnbot/client";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import type { EngineProcess, Platform } from "./platform.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The run's number is part of its task, so that no two runs ask the model the same. */
export const featureSteps = ["DESIGN#1 completed", "IMPLEMENT#1 completed", "REVIEW#1 completed", "TEST#1 completed"];

/** mulberry32, seeded by FAULT_SEED, which is printed: small, and the same everywhere. */
export function seeded(name: string): () => number {
  const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 1e9));
  process.stdout.write(`${name}: seed ${seed}\n`);
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export async function startFeature(platform: Platform, client: DjinnClient, name: string): Promise<string> {
  const repository = await createDemoRepository(join(platform.repositoriesDir, `demo-${name}`));
  const task = `Make the failing test pass. (${name})`;
  return (await client.api.runs.create.mutate({ pipelineId: "feature", task, repository })).id;
}

export interface Held {
  engine: EngineProcess;
  epoch: number;
}

/** The engine that holds the run and has a step of it running. */
export async function untilHeld(platform: Platform, runId: string): Promise<Held> {
  for (;;) {
    const { rows } = await platform.deps.system.pool.query<{ owner: string | null; epoch: number }>(
      `SELECT lease_owner AS owner, lease_epoch AS epoch FROM runs WHERE id = $1
       AND EXISTS (SELECT 1 FROM steps WHERE run_id = $1 AND status = 'running')`,
      [runId],
    );
    const engine = platform.engines.find(({ child }) => rows[0]?.owner?.includes(`-${child.pid}-`));
    if (engine && rows[0]) {
      return { engine, epoch: rows[0].epoch };
    }
    await sleep(20);
  }
}

/** Resolves when another engine has taken the run, or it is over. */
export async function untilTaken(platform: Platform, runId: string, { epoch }: Held): Promise<void> {
  for (;;) {
    const { rows } = await platform.deps.system.pool.query(
      "SELECT 1 FROM runs WHERE id = $1 AND (lease_epoch > $2 OR completed_at IS NOT NULL)",
      [runId, epoch],
    );
    if (rows.length > 0) {
      return;
    }
    await sleep(50);
  }
}

/** The runtimes of a run: node with the workload's label, and not what holds their sandbox. */
export function runtimePids(runId: string): number[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      const isRuntime = basename(argv[0] ?? "") === "node" && argv.some((arg) => arg.startsWith("--workload="));
      return isRuntime && argv.some((arg) => arg.includes(runId)) ? [Number(pid)] : [];
    } catch {
      return []; // gone meanwhile, or none of ours
    }
  });
}
