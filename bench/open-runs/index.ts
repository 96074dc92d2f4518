// What open runs cost the engine: those whose agents are at work, which it holds, and those that wait for a person, which it does not.
import { setTimeout as pause } from "node:timers/promises";
import { version } from "@djinnbot/core";
import type { TestTenant } from "../../packages/testing/src/tenants.ts";
import { Agents } from "../dispatch/agents.ts";
import { createPipeline, liftRunLimit, type Workloads } from "../dispatch/engine.ts";
import type { EngineOut } from "../dispatch/engine-process.ts";
import { type Stand, untilResting, withEngine } from "../dispatch/stand.ts";
import type { Bench, Kind } from "../lib/bench.ts";
import { until } from "../lib/child.ts";
import { cpuMs } from "../lib/cpu.ts";
import { pssMb } from "../lib/memory.ts";
import { spreadOf } from "../lib/stats.ts";
import { linesOf } from "./lines.ts";
import { SilentAgents } from "./silent-agents.ts";

interface Counts {
  open: readonly number[];
  /** Samples of the engine's processor time, and how long each is. */
  samples: number;
  sampleMs: number;
  /** Rounds and steps of the run that works beside the open ones. */
  rounds: number;
  steps: number;
}
const full: Counts = { open: [1, 200, 1000], samples: 10, sampleMs: 2000, rounds: 3, steps: 100 };
const quick: Counts = { open: [1, 20, 200], samples: 2, sampleMs: 2000, rounds: 1, steps: 50 };

/** An installation of its own for each kind and size, so that nothing is left of the size before. */
export async function measureOpenRuns(bench: Bench): Promise<void> {
  const counts = bench.options.quick ? quick : full;
  const lines: string[] = [];
  for (const size of counts.open.toReversed()) {
    await bench.attempt(`${size} runs at work`, () => measureAtWork(bench, counts, { size, lines }));
  }
  bench.note(
    `open runs at work, the engine's connections to Redis and the streams one read waits on: ${lines.join("; ")}`,
  );
  for (const size of counts.open.toReversed()) {
    await bench.attempt(`${size} runs that wait`, () => measureWaiting(bench, counts, size));
  }
}

/** `lines` takes what it keeps open at Redis. */
async function measureAtWork(
  bench: Bench,
  counts: Counts,
  { size, lines }: { size: number; lines: string[] },
): Promise<void> {
  // One place beside the open runs, for the run that works.
  const agents = (redisUrl: string) => new MixedAgents(redisUrl);
  const options = { database: `bench_open_${size}`, agents, maxConcurrentRuns: size + 1 };
  await withEngine(bench, options, async (stand) => {
    const { installation, engine, agents } = stand;
    const [sleepy, busy] = [await stand.newTenant(), await stand.newTenant()];
    agents.silentTenant = sleepy.tenantId;
    await liftRunLimit(installation, size);
    const [one, many] = [await createPipeline(sleepy, 1), await createPipeline(busy, counts.steps)];
    await startRuns(bench, sleepy, one, size);
    await until(async () => agents.silent.accepted >= size, 120_000, `${size} steps accepted`);
    const what = "open runs whose agents are at work";
    const idle = await addIdle(stand, counts, { what, size });
    const { connections, streams } = await linesOf(installation.redisUrl, ["bench", "bench-agents"]);
    lines.push(`${size}: ${connections} connections, ${streams} streams`);
    const costs: number[] = [];
    for (let round = 0; round <= counts.rounds; round += 1) {
      const [spent, begun] = [cpuMs([engine.pid]), performance.now()];
      const { id } = await busy.services.runs.create({ pipelineId: many, task: "Bench." });
      await agents.working.timesOf(id, counts.steps);
      const own = cpuMs([engine.pid]) - spent - (idle * (performance.now() - begun)) / 1000;
      // The first round warms up.
      if (round > 0) costs.push(own / counts.steps);
    }
    const measure = "processor time of the engine per step of one run, beside open runs whose agents are at work";
    bench.add({ measure, subject: subjectOf(counts, size), unit: "ms", of: "rounds" }, costs);
  });
}

async function measureWaiting(bench: Bench, counts: Counts, size: number): Promise<void> {
  const agents = (redisUrl: string) => new Agents(redisUrl);
  await withEngine(bench, { database: `bench_wait_${size}`, agents, maxConcurrentRuns: 64 }, async (stand) => {
    const tenant = await stand.newTenant();
    await liftRunLimit(stand.installation, 64);
    const pipeline = "bench-approval";
    await tenant.services.pipelines.create({ id: pipeline, yamlContent: approvalYaml(pipeline) });
    await startRuns(stand.bench, tenant, pipeline, size);
    const wait = async () => {
      const { rows } = await stand.deps.system.pool.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM runs WHERE status = 'waiting'",
      );
      return rows[0]?.n === size;
    };
    await until(wait, 120_000, `${size} runs that wait`);
    await addIdle(stand, counts, { what: "runs that wait for an approval", size });
  });
}

/** Memory of the engine, and its processor time while nothing happens; answers the median of that (ms per second). */
async function addIdle(
  { bench, engine }: Stand,
  counts: Counts,
  { what, size }: { what: string; size: number },
): Promise<number> {
  await untilResting(engine);
  const subject = subjectOf(counts, size);
  const samples: number[] = [];
  for (let at = 0; at < counts.samples; at += 1) {
    const [spent, begun] = [cpuMs([engine.pid]), performance.now()];
    await pause(counts.sampleMs);
    samples.push(((cpuMs([engine.pid]) - spent) * 1000) / (performance.now() - begun));
  }
  const heaps: number[] = [];
  const spaces: number[] = [];
  for (let at = 0; at < 3; at += 1) {
    heaps.push(await heapMb(engine));
    // Pages go back to the system a moment later.
    await pause(1000);
    spaces.push(pssMb(engine.pid));
  }
  const [unit, of] = ["MB", "readings"] as const;
  bench.add({ measure: `memory in use on the engine's heap, ${what}`, subject, unit, of }, heaps);
  bench.add({ measure: `memory (PSS) of the engine, ${what}`, subject, unit, of }, spaces);
  const measure = `processor time of the engine per second in which nothing happens, ${what}`;
  bench.add({ measure, subject, unit: "ms", of: "samples" }, samples);
  bench.log(`${size} ${what}: ${spreadOf(heaps).p50.toFixed(0)} MB on the heap`);
  return spreadOf(samples).p50;
}

/** After a garbage collection. */
async function heapMb(engine: Stand["engine"]): Promise<number> {
  const collected = engine.next(
    (message): message is EngineOut & { kind: "collected" } => message.kind === "collected",
  );
  engine.send({ kind: "collect" });
  return (await collected).heapMb;
}

/** The most runs are compared with fewer. */
function subjectOf({ open }: Counts, size: number): { kind: Kind; name: string } {
  const name = `djinnbot ${version} engine, ${size.toLocaleString("en-US")} ${size === 1 ? "run" : "runs"}`;
  return { kind: size === open.at(-1) ? "ours" : "floor", name };
}

async function startRuns(bench: Bench, tenant: TestTenant, pipelineId: string, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await tenant.services.runs.create({ pipelineId, task: "Bench." });
    if ((at + 1) % 200 === 0) bench.log(`${at + 1} of ${count} runs are open`);
  }
}

const approvalYaml = (id: string) => `id: ${id}
name: Bench
version: "1"
agents:
  - id: bench
steps:
  - id: GATE
    approval: { message: "May it go on?" }
    onComplete: WORK
  - { id: WORK, agent: bench, input: "Do nothing." }
`;

/** Those of one tenant say nothing, all others work. */
class MixedAgents implements Workloads {
  readonly working: Agents;
  readonly silent: SilentAgents;
  silentTenant: string | null = null;

  constructor(redisUrl: string) {
    this.working = new Agents(redisUrl);
    this.silent = new SilentAgents(redisUrl);
  }
  ensure(spec: Parameters<Workloads["ensure"]>[0]): void {
    (spec.tenantId === this.silentTenant ? this.silent : this.working).ensure(spec);
  }
  stop(name: string): void {
    this.silent.stop(name);
    this.working.stop(name);
  }
  stopAll(): void {
    this.silent.stopAll();
    this.working.stopAll();
  }
}
