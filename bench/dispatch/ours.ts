// Our engine in a process of its own; this process plays the workloads over the real protocol on Redis.
import { version } from "@djinnbot/core";
import { Redis } from "ioredis";
import type { Bench } from "../lib/bench.ts";
import { type Installation, openDeps, registerTenant, withClient } from "../lib/servers.ts";
import { spreadOf } from "../lib/stats.ts";
import { Agents } from "./agents.ts";
import { createPipeline, liftRunLimit, offerModel, startEngine } from "./engine.ts";
import { contest, type DispatchCounts } from "./index.ts";

export async function measureOurs(bench: Bench, counts: DispatchCounts): Promise<void> {
  const backends = await bench.backends();
  const installation = await backends.installation("bench_dispatch");
  const deps = openDeps(installation);
  const agents = new Agents(installation.redisUrl);
  const engine = await startEngine({ installation, agents, maxConcurrentRuns: 64, profile: bench.options.profile });
  try {
    await offerModel(installation);
    const tenant = await registerTenant(deps);
    await liftRunLimit(installation, 100);
    await tenant.services.agents.create({ name: "Bench", slug: "bench" });
    const pipelines = new Map<number, Promise<string>>();
    const pipelineOf = (steps: number) => {
      const known = pipelines.get(steps) ?? createPipeline(tenant, steps);
      pipelines.set(steps, known);
      return known;
    };
    for (const { steps } of [counts.sequential, counts.short, counts.concurrent]) await pipelineOf(steps);
    const phases: number[][] = [];
    const before = await workDone(installation);
    const stepsBefore = agents.stepCount;
    await contest(
      bench,
      {
        subject: { kind: "ours", name: `djinnbot ${version} engine` },
        run: async (steps) => {
          const pipelineId = await pipelineOf(steps);
          const begun = performance.now();
          const { id } = await tenant.services.runs.create({ pipelineId, task: "Bench." });
          const created = performance.now();
          const times = await agents.timesOf(id, steps);
          if (steps === counts.short.steps) {
            const marks = [
              created,
              agents.wantedAt(id),
              times[0]?.begun ?? Number.NaN,
              times.at(-1)?.ended ?? Number.NaN,
            ];
            phases.push([begun, ...marks, performance.now()]);
          }
          return times;
        },
        pids: [engine.pid],
      },
      counts,
    );
    bench.note(phaseNote(phases));
    bench.note(costPerStep(before, await workDone(installation), agents.stepCount - stepsBefore));
  } finally {
    agents.stopAll();
    await engine.stop();
    await deps.close();
  }
}

/** Where the time of a short run goes, as medians. */
function phaseNote(runs: readonly number[][]): string {
  const names = [
    "create verb",
    "→ workload asked for",
    "→ first step begins",
    "→ last step ends",
    "→ end recorded and acknowledged",
  ];
  const parts = names.map((name, at) => {
    const spans = runs.map((marks) => (marks[at + 1] ?? Number.NaN) - (marks[at] ?? Number.NaN));
    return `${name} ${spreadOf(spans).p50.toFixed(1)}`;
  });
  return `ours, where the time of a short run goes (medians, ms): ${parts.join(", ")}`;
}

interface Work {
  transactions: number;
  commands: Record<string, number>;
}

/** What the servers have done so far for this installation. */
async function workDone({ ownerUrl, redisUrl, database }: Installation): Promise<Work> {
  const redis = new Redis(redisUrl);
  const info = await redis.info("commandstats");
  redis.disconnect();
  const commands: Record<string, number> = {};
  for (const [, name = "", calls] of info.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)) commands[name] = Number(calls);
  const transactions = await withClient(ownerUrl, async (client) => {
    const { rows } = await client.query<{ n: string }>(
      "SELECT pg_stat_clear_snapshot(), xact_commit AS n FROM pg_stat_database WHERE datname = $1",
      [database],
    );
    return Number(rows[0]?.n);
  });
  return { transactions, commands };
}

function costPerStep(before: Work, after: Work, steps: number): string {
  const per = (count: number) => (count / steps).toFixed(2);
  const commands = Object.entries(after.commands)
    .map(([name, calls]) => ({ name, calls: calls - (before.commands[name] ?? 0) }))
    .filter(({ calls }) => calls / steps >= 0.05)
    .toSorted((a, b) => b.calls - a.calls);
  const transactions = per(after.transactions - before.transactions);
  const listed = commands.map(({ name, calls }) => `${name} ${per(calls)}`).join(", ");
  return `ours, per step over all parts (${steps} steps): ${transactions} Postgres transactions; Redis: ${listed}`;
}
