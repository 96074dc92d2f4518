/**
 * Many runs of two tenants at once on three engines, one of which is killed every few seconds, and Redis restarted empty twice
 * (DESIGN 8, G1–G4, G6, G8). Short by default; MANY_RUNS and FAULT_SEED make it long and repeatable. What happened is read from
 * Postgres and from the model server's log only.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { seeded } from "../testing/fault-run.ts";
import { type OwnServers, startOwnServers } from "../testing/own-servers.ts";
import { type EngineProcess, ended, type Platform, startPlatform, tail } from "../testing/platform.ts";
import { leftovers, violations } from "../testing/violations.ts";
import { becomes } from "../testing/watch.ts";

const total = Number(process.env.MANY_RUNS ?? 24);
const killEveryMs = 5000;
const random = seeded("many runs");
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let servers: OwnServers;
let platform: Platform;
beforeAll(async () => {
  servers = await startOwnServers();
  platform = await startPlatform({ backends: servers.backends, engines: 3 });
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  await servers?.stop();
});

const isUp = ({ log }: EngineProcess) => readFileSync(log, "utf8").includes("engine started");

/**
 * Kills engines, one at a time and each replaced at once, until it is told to stop; answers how many. Not before those that live have
 * started: on a busy machine that takes longer than from one to the next, and nobody would ever come to work.
 */
function killEngines(): () => Promise<number> {
  let [isOver, kills] = [false, 0];
  const work = (async () => {
    while (!isOver) {
      await sleep(killEveryMs);
      const alive = platform.engines.filter(({ child }) => child.exitCode === null && child.signalCode === null);
      while (!isOver && !alive.every(isUp)) {
        await sleep(100);
      }
      const engine = alive[Math.floor(random() * alive.length)];
      if (engine && !isOver) {
        await ended(engine.child, "SIGKILL");
        platform.startEngine();
        kills += 1;
      }
    }
    return kills;
  })();
  return () => {
    isOver = true;
    return work;
  };
}

const open = async () => {
  const { rows } = await platform.deps.system.pool.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM runs WHERE status NOT IN ('completed', 'failed', 'cancelled')",
  );
  return rows[0]?.count ?? 0;
};

async function untilOpen(atMost: number): Promise<void> {
  for (let [last, since] = [Number.POSITIVE_INFINITY, Date.now()]; ; ) {
    const now = await open();
    if (now <= atMost) {
      return;
    }
    if (now < last) {
      [last, since] = [now, Date.now()];
    } else if (Date.now() - since > 120_000) {
      throw new Error(
        `${now} runs do not end\n${platform.engines
          .slice(-3)
          .map((engine) => tail(engine, 15))
          .join("\n")}`,
      );
    }
    await sleep(200);
  }
}

it("every run ends once, completed, each step done once; a tenant with a long queue keeps no other waiting", {
  timeout: 120_000 + total * 5000,
}, async () => {
  const [busy, other] = [await platform.tenant(), await platform.tenant()];
  const start = (tenant: typeof busy, n: number) =>
    tenant.client.api.runs.create.mutate({ pipelineId: "test-simple", task: `Task number ${n}.` });
  for (let n = 0; n < total; n += 20) {
    await Promise.all(Array.from({ length: Math.min(20, total - n) }, (_, at) => start(busy, n + at)));
  }
  const stop = killEngines();
  await untilOpen(Math.floor(total * 0.7));
  const asked = Date.now();
  const quick = await start(other, -2);
  await servers.emptyRedis();
  await untilOpen(Math.floor(total * 0.35));
  await servers.emptyRedis();
  await untilOpen(0);
  const kills = await stop();
  const steps = ["ANALYZE#1 completed", "SUMMARIZE#1 completed"];
  const expected = { tenantIds: [busy.tenantId, other.tenantId], steps, noCallTwice: true };
  expect(await violations(platform, expected)).toEqual([]);
  const { pool } = platform.deps.system;
  const { rows: counted } = await pool.query("SELECT count(*)::int AS count FROM runs");
  expect(counted).toEqual([{ count: total + 1 }]);
  const { rows: waited } = await pool.query("SELECT started_at - created_at AS ms FROM runs WHERE id = $1", [quick.id]);
  const took = Math.round((Date.now() - asked) / 1000);
  process.stdout.write(
    `many runs: ${total} runs, ${kills} engines killed, Redis emptied twice, ${took} s; the other tenant's run waited ${waited[0].ms} ms\n`,
  );
  await becomes(() => leftovers(platform), [], 60_000);
});
