/**
 * Many runs of two tenants at once on three engines, one of which is killed every few seconds, and Redis restarted empty twice
 * (DESIGN 8, G1–G4, G6, G8). Short by default; MANY_RUNS and FAULT_SEED make it long and repeatable. What happened is read from
 * Postgres and from the model server's log only.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testBackends } from "@djinnbot/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startRedis } from "../../../scripts/services/redis.ts";
import { paths } from "../../../scripts/start/paths.ts";
import { ended, type Platform, startPlatform, tail } from "./testing/platform.ts";
import { becomes, workloads } from "./testing/watch.ts";

const total = Number(process.env.MANY_RUNS ?? 24);
const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 1e9));
const killEveryMs = 5000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const dir = mkdtempSync(join(tmpdir(), "djinnbot-many-"));
let platform: Platform;
let redis: Awaited<ReturnType<typeof startRedis>>;
const startOwnRedis = (port?: number, password?: string) =>
  startRedis({
    dir: join(dir, "redis"),
    toolsDir: paths.toolsDir,
    log: () => undefined,
    durable: false,
    ...(port === undefined ? {} : { port }),
    ...(password === undefined ? {} : { password }),
  });

beforeAll(async () => {
  redis = await startOwnRedis();
  platform = await startPlatform({ backends: { ...(await testBackends()), redisUrl: redis.url }, engines: 3 });
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  await redis?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Kills engines, one at a time and each replaced at once, until it is told to stop; answers how many. */
function killEngines(): () => Promise<number> {
  let [isOver, kills, state] = [false, 0, seed >>> 0];
  const work = (async () => {
    while (!isOver) {
      await sleep(killEveryMs);
      const alive = platform.engines.filter(({ child }) => child.exitCode === null && child.signalCode === null);
      // A linear congruence is random enough to choose one of three.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const engine = alive[state % alive.length];
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

async function emptyRedis(): Promise<void> {
  const url = new URL(redis.url);
  process.kill(redis.pid, "SIGKILL");
  await redis.stop();
  redis = await startOwnRedis(Number(url.port), decodeURIComponent(url.password));
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
  await start(other, -1);
  await untilOpen(0);
  const callsPerRun = platform.demo.requests.length;
  for (let n = 0; n < total; n += 20) {
    await Promise.all(Array.from({ length: Math.min(20, total - n) }, (_, at) => start(busy, n + at)));
  }
  const stop = killEngines();
  await untilOpen(Math.floor(total * 0.7));
  const asked = Date.now();
  const quick = await start(other, -2);
  await emptyRedis();
  await untilOpen(Math.floor(total * 0.35));
  await emptyRedis();
  await untilOpen(0);
  const kills = await stop();
  const { pool } = platform.deps.system;
  const runs = await pool.query(
    "SELECT status, count(*)::int AS count FROM runs WHERE tenant_id = ANY($1) GROUP BY status",
    [[busy.tenantId, other.tenantId]],
  );
  expect(runs.rows).toEqual([{ status: "completed", count: total + 2 }]);
  const steps = await pool.query(
    `SELECT step_id, attempt, status, count(*)::int AS count FROM steps WHERE tenant_id = ANY($1) GROUP BY 1, 2, 3 ORDER BY 1, 2`,
    [[busy.tenantId, other.tenantId]],
  );
  expect(steps.rows).toEqual([
    { step_id: "ANALYZE", attempt: 1, status: "completed", count: total + 2 },
    { step_id: "SUMMARIZE", attempt: 1, status: "completed", count: total + 2 },
  ]);
  expect(platform.demo.requests.length).toBe(callsPerRun * (total + 2));
  const { rows: waited } = await pool.query("SELECT started_at - created_at AS ms FROM runs WHERE id = $1", [quick.id]);
  const took = Math.round((Date.now() - asked) / 1000);
  process.stdout.write(
    `many runs: seed ${seed}, ${total} runs, ${kills} engines killed, Redis emptied twice, ${took} s; the other tenant's run waited ${waited[0].ms} ms\n`,
  );
  await becomes(async () => workloads(platform).length, 0, 60_000);
});
