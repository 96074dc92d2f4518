// Cost as work grows: per step with more queued runs and with more tenants, and what open runs cost the engine in memory.
import { version } from "@djinnbot/core";
import type { TestTenant } from "../../packages/testing/src/tenants.ts";
import { Agents } from "../dispatch/agents.ts";
import { createPipeline, liftRunLimit, offerModel, startEngine } from "../dispatch/engine.ts";
import type { Bench, Subject } from "../lib/bench.ts";
import { until } from "../lib/child.ts";
import { cpuMs } from "../lib/cpu.ts";
import { pssMb } from "../lib/memory.ts";
import { type Installation, openDeps, registerTenant } from "../lib/servers.ts";
import { spreadOf } from "../lib/stats.ts";

const steps = 3;
/** Room of a tenant while the engine works; what exceeds it is queued. */
const roomPerTenant = 64;
const warmUpRuns = 200;
/** Samples of one size: small ones are repeated until they have this many runs. */
const leastRuns = 300;
const full = { queued: [10, 100, 1000, 10_000], tenants: [1, 10, 100, 1000], spread: 1000, open: 1000 };
const quick = { queued: [10, 100, 1000], tenants: [1, 10, 50], spread: 200, open: 200 };

const subject: Subject = { kind: "ours", name: `djinnbot ${version} engine` };
const costs = "processor time of the engine per step";
const rates = "steps per second with Postgres and Redis";

interface Cost {
  msPerStep: number;
  stepsPerSecond: number;
}

interface Stand {
  bench: Bench;
  installation: Installation;
  agents: Agents;
  enginePid: number;
  newTenant: () => Promise<TestTenant>;
}

export async function measureScale(bench: Bench): Promise<void> {
  const sizes = bench.options.quick ? quick : full;
  await withEngine(bench, { database: "bench_scale", answers: true, maxConcurrentRuns: 64 }, async (stand) => {
    const tenants = [await stand.newTenant()];
    await workOff(stand, tenants, warmUpRuns);
    for (const size of sizes.queued) {
      await addSize(stand, { tenants, runs: size, at: { curve: "queued runs of one tenant", size } });
    }
    for (const size of sizes.tenants) {
      while (tenants.length < size) tenants.push(await stand.newTenant());
      await addSize(stand, {
        tenants,
        runs: sizes.spread,
        at: { curve: `tenants that queue ${sizes.spread} runs`, size },
      });
    }
  });
  await bench.attempt("memory of open runs", () => measureOpenRuns(bench, sizes.open));
}

/** Runs whose agents are at work: each is held by the engine, with its workload, its streams and its timers. */
async function measureOpenRuns(bench: Bench, count: number): Promise<void> {
  await withEngine(
    bench,
    { database: "bench_open", answers: false, maxConcurrentRuns: count },
    async ({ installation, agents, enginePid, newTenant }) => {
      const tenant = await newTenant();
      await liftRunLimit(installation, count);
      await startRuns(tenant, 1);
      await agents.untilAsked(1);
      const before = pssMb(enginePid);
      await startRuns(tenant, count - 1);
      await agents.untilAsked(count);
      const measure = `memory (PSS) of the engine with ${count} open runs`;
      bench.add({ measure, subject, unit: "MB", of: "readings" }, [pssMb(enginePid)]);
      bench.add({ measure, subject: { kind: "floor", name: "the same, one open run" }, unit: "MB", of: "readings" }, [
        before,
      ]);
    },
  );
}

async function withEngine(
  bench: Bench,
  options: { database: string; answers: boolean; maxConcurrentRuns: number },
  use: (stand: Stand) => Promise<void>,
): Promise<void> {
  const installation = await (await bench.backends()).installation(options.database);
  const deps = openDeps(installation);
  await offerModel(installation);
  const agents = new Agents({ answers: options.answers });
  const { maxConcurrentRuns } = options;
  const engine = await startEngine({ installation, agents, maxConcurrentRuns, profile: bench.options.profile });
  const newTenant = async () => {
    const tenant = await registerTenant(deps);
    await tenant.services.agents.create({ name: "Bench", slug: "bench" });
    await createPipeline(tenant, steps);
    return tenant;
  };
  try {
    await use({ bench, installation, agents, enginePid: engine.pid, newTenant });
  } finally {
    agents.stopAll();
    await engine.stop();
    await deps.close();
  }
}

async function addSize(
  stand: Stand,
  { tenants, runs, at }: { tenants: readonly TestTenant[]; runs: number; at: { curve: string; size: number } },
): Promise<void> {
  const { bench } = stand;
  const name = `${at.size} ${at.curve}`;
  const samples: Cost[] = [];
  for (let done = 0; done < leastRuns; done += runs) samples.push(await workOff(stand, tenants, runs));
  const [spent, speed] = [samples.map((cost) => cost.msPerStep), samples.map((cost) => cost.stepsPerSecond)];
  bench.add({ measure: `${costs}, ${name}`, subject, unit: "ms", of: "rounds", at }, spent);
  bench.add({ measure: `${rates}, ${name}`, subject, unit: "/s", of: "rounds", at }, speed);
  bench.log(`${name}: ${spreadOf(spent).p50.toFixed(2)} ms per step, ${Math.round(spreadOf(speed).p50)} steps/s`);
}

/** Queues the runs while the tenants have no room, lets the engine work them off, answers what a step has cost. */
async function workOff(stand: Stand, tenants: readonly TestTenant[], runs: number): Promise<Cost> {
  const { agents, installation, enginePid } = stand;
  await liftRunLimit(installation, 0);
  const ids: string[] = [];
  while (ids.length < runs) {
    // Eight at a time, tenants in turn.
    const turn = Array.from({ length: Math.min(8, runs - ids.length) }, (_, at) => (ids.length + at) % tenants.length);
    ids.push(...(await Promise.all(turn.flatMap((at) => tenants[at] ?? []).map(startRun))));
  }
  const ended = ids.map((id) => agents.timesOf(id, steps));
  const spent = cpuMs([enginePid]);
  await liftRunLimit(installation, roomPerTenant);
  await until(async () => ids.some((id) => agents.wantedAt(id) > 0), 10_000, "the first of the queued runs");
  // Claiming is part of the cost; waiting for the engine's next look is no part of the time.
  const begun = performance.now();
  await Promise.all(ended);
  const count = runs * steps;
  return {
    msPerStep: (cpuMs([enginePid]) - spent) / count,
    stepsPerSecond: (count * 1000) / (performance.now() - begun),
  };
}

async function startRun(tenant: TestTenant): Promise<string> {
  return (await tenant.services.runs.create({ pipelineId: `bench-${steps}`, task: "Bench." })).id;
}

async function startRuns(tenant: TestTenant, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await startRun(tenant);
}
