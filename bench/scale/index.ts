// Cost as work grows: what a step costs the engine with more queued runs and with more tenants.
import { setTimeout as pause } from "node:timers/promises";
import { version } from "@djinnbot/core";
import type { TestTenant } from "../../packages/testing/src/tenants.ts";
import { Agents } from "../dispatch/agents.ts";
import { createPipeline, liftRunLimit } from "../dispatch/engine.ts";
import { type Stand, untilResting, withEngine } from "../dispatch/stand.ts";
import type { Bench, Subject } from "../lib/bench.ts";
import { until } from "../lib/child.ts";
import { cpuMs } from "../lib/cpu.ts";
import { spreadOf } from "../lib/stats.ts";

const steps = 3;
/** Room of a tenant while the engine works; what exceeds it is queued. */
const roomPerTenant = 64;
const warmUpRuns = 200;
/** Samples of one size: small ones are repeated until they have this many runs. */
const leastRuns = 300;
const full = { queued: [10, 100, 1000, 10_000], tenants: [1, 10, 100, 1000], spread: 1000 };
const quick = { queued: [10, 100, 1000], tenants: [1, 10, 50], spread: 200 };

/** Of the part in full, on a slow machine. */
const wholeMinutes = 60;
const stuckMs = 60_000;

const subject: Subject = { kind: "ours", name: `djinnbot ${version} engine` };
const costs = "processor time of the engine per step";
const rates = "steps per second with Postgres and Redis";

interface Cost {
  msPerStep: number;
  stepsPerSecond: number;
}

type Scene = Stand<Agents>;

export async function measureScale(bench: Bench): Promise<void> {
  await bench.attempt("cost as work grows", () => measureCurves(bench), wholeMinutes);
}

async function measureCurves(bench: Bench): Promise<void> {
  const sizes = bench.options.quick ? quick : full;
  const agents = (redisUrl: string) => new Agents(redisUrl);
  await withEngine(bench, { database: "bench_scale", agents, maxConcurrentRuns: 64 }, async (scene) => {
    const tenants: TestTenant[] = [];
    await addTenants(scene, tenants, 1);
    await workOff(scene, tenants, warmUpRuns);
    for (const size of sizes.queued) {
      await addSize(scene, { tenants, runs: size, at: { curve: "queued runs of one tenant", size } });
    }
    for (const size of sizes.tenants) {
      await addTenants(scene, tenants, size);
      const curve = `tenants that queue ${sizes.spread} runs`;
      await addSize(scene, { tenants, runs: sizes.spread, at: { curve, size } });
    }
  });
}

async function addTenants({ bench, newTenant }: Scene, tenants: TestTenant[], count: number): Promise<void> {
  const add = async () => {
    const tenant = await newTenant();
    await createPipeline(tenant, steps);
    return tenant;
  };
  while (tenants.length < count) {
    const before = tenants.length;
    tenants.push(...(await Promise.all(Array.from({ length: Math.min(8, count - before) }, add))));
    if (Math.floor(tenants.length / 100) > Math.floor(before / 100)) bench.log(`${tenants.length} tenants`);
  }
}

async function addSize(
  scene: Scene,
  { tenants, runs, at }: { tenants: readonly TestTenant[]; runs: number; at: { curve: string; size: number } },
): Promise<void> {
  const { bench } = scene;
  const name = `${at.size} ${at.curve}`;
  const samples: Cost[] = [];
  for (let done = 0; done < leastRuns; done += runs) samples.push(await workOff(scene, tenants, runs));
  const [spent, speed] = [samples.map((cost) => cost.msPerStep), samples.map((cost) => cost.stepsPerSecond)];
  bench.add({ measure: `${costs}, ${name}`, subject, unit: "ms", of: "rounds", at }, spent);
  bench.add({ measure: `${rates}, ${name}`, subject, unit: "/s", of: "rounds", at }, speed);
  bench.log(`${name}: ${spreadOf(spent).p50.toFixed(2)} ms per step, ${Math.round(spreadOf(speed).p50)} steps/s`);
}

/** Queues the runs while the tenants have no room, lets the engine work them off, answers what a step has cost. */
async function workOff(scene: Scene, tenants: readonly TestTenant[], runs: number): Promise<Cost> {
  const { agents, installation, engine } = scene;
  await liftRunLimit(installation, 0);
  const ids = await queueRuns(scene, tenants, runs);
  const ended = Promise.all(ids.map((id) => agents.timesOf(id, steps)));
  // It was told of every new run; that is the cost of creating them.
  await untilResting(engine);
  const spent = cpuMs([engine.pid]);
  await liftRunLimit(installation, roomPerTenant);
  await until(async () => ids.some((id) => agents.wantedAt(id) > 0), 30_000, "the first of the queued runs");
  // Claiming is part of the cost; waiting for the engine's next look is no part of the time.
  const begun = performance.now();
  await inTime(scene, ended, runs);
  const count = runs * steps;
  return {
    msPerStep: (cpuMs([engine.pid]) - spent) / count,
    stepsPerSecond: (count * 1000) / (performance.now() - begun),
  };
}

async function queueRuns({ bench }: Scene, tenants: readonly TestTenant[], runs: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < runs) {
    // Eight at a time, tenants in turn.
    const turn = Array.from({ length: Math.min(8, runs - ids.length) }, (_, at) => (ids.length + at) % tenants.length);
    ids.push(...(await Promise.all(turn.flatMap((at) => tenants[at] ?? []).map(startRun))));
    if (ids.length % 1000 === 0) bench.log(`${ids.length} of ${runs} runs are queued`);
  }
  return ids;
}

/** Throws when nothing was done for a minute. */
async function inTime({ agents, bench }: Scene, ended: Promise<unknown>, runs: number): Promise<void> {
  const before = agents.stepCount;
  let [done, doneAt] = [before, performance.now()];
  for (let isOver = false; !isOver; ) {
    isOver = await Promise.race([ended.then(() => true), pause(5000, false)]);
    if (agents.stepCount > done) [done, doneAt] = [agents.stepCount, performance.now()];
    if (!isOver) bench.log(`${done - before} of ${runs * steps} steps are done`);
    if (!isOver && performance.now() - doneAt > stuckMs) {
      throw new Error(`the engine stopped after ${done - before} of ${runs * steps} steps`);
    }
  }
}

async function startRun(tenant: TestTenant): Promise<string> {
  return (await tenant.services.runs.create({ pipelineId: `bench-${steps}`, task: "Bench." })).id;
}
