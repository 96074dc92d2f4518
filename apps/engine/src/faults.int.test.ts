/**
 * Things die in the middle of runs (DESIGN 8, G1–G4). Short by default; FAULT_RUNS and FAULT_SEED make it long and repeatable. What
 * happened is read from Postgres and from the model server's log only.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testBackends } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis } from "../../../scripts/services/redis.ts";
import { paths } from "../../../scripts/start/paths.ts";
import { ended, type Platform, startPlatform, tail } from "./testing/platform.ts";
import { workloads } from "./testing/watch.ts";

const total = Number(process.env.FAULT_RUNS ?? 4);
const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 1e9));
const atOnce = 4;
const runTimeoutMs = 180_000;

/** mulberry32: small, and the same everywhere. */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const random = randomFrom(seed);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const dir = mkdtempSync(join(tmpdir(), "djinnbot-faults-"));
let platform: Platform;
let redis: Awaited<ReturnType<typeof startRedis>>;
const quiet = () => undefined;
const startOwnRedis = (port?: number, password?: string) =>
  startRedis({
    dir: join(dir, "redis"),
    toolsDir: paths.toolsDir,
    log: quiet,
    durable: false,
    ...(port === undefined ? {} : { port }),
    ...(password === undefined ? {} : { password }),
  });

beforeAll(async () => {
  process.stdout.write(`faults: seed ${seed}, ${total} runs\n`);
  redis = await startOwnRedis();
  platform = await startPlatform({
    backends: { ...(await testBackends()), redisUrl: redis.url },
    engines: 2,
    chunkDelayMs: 4,
  });
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  await redis?.stop();
  rmSync(dir, { recursive: true, force: true });
});

interface Checked {
  id: string;
  status: string;
  steps: { step_id: string; attempt: number; status: string }[];
  commits: number;
}

/** What Postgres says about a run, read around every verb. */
async function read(id: string): Promise<Checked> {
  const { pool } = platform.deps.system;
  const run = await pool.query("SELECT status FROM runs WHERE id = $1", [id]);
  const steps = await pool.query(
    "SELECT step_id, attempt, status, commit_hash FROM steps WHERE run_id = $1 ORDER BY sequence",
    [id],
  );
  return {
    id,
    status: run.rows[0]?.status,
    steps: steps.rows,
    commits: new Set(steps.rows.map((row) => row.commit_hash).filter(Boolean)).size,
  };
}

async function untilEnded(id: string): Promise<Checked> {
  const until = Date.now() + runTimeoutMs;
  for (;;) {
    const now = await read(id);
    if (["completed", "failed", "cancelled"].includes(now.status)) {
      return now;
    }
    if (Date.now() > until) {
      throw new Error(
        `${id} did not end: ${JSON.stringify(now)}\n${platform.engines
          .slice(-2)
          .map((engine) => tail(engine, 15))
          .join("\n")}`,
      );
    }
    await sleep(200);
  }
}

async function start(client: Awaited<ReturnType<Platform["tenant"]>>["client"], n: number): Promise<string> {
  const repository = await createDemoRepository(join(platform.repositoriesDir, `demo-${seed}-${n}`));
  const run = await client.api.runs.create.mutate({
    pipelineId: "feature",
    task: `Make the failing test pass. (${n})`,
    repository,
  });
  return run.id;
}

/** Kills the engine that holds the run, as soon as one does, and starts another in its place. False when the run ended first. */
async function killHolder(id: string): Promise<boolean> {
  for (;;) {
    const { rows } = await platform.deps.system.pool.query("SELECT lease_owner, status FROM runs WHERE id = $1", [id]);
    const owner: string = rows[0]?.lease_owner ?? "";
    const alive = platform.engines.filter(({ child }) => child.exitCode === null && child.signalCode === null);
    const holder = alive.find(({ child }) => owner.includes(`-${child.pid}-`));
    if (holder) {
      await ended(holder.child, "SIGKILL");
      platform.startEngine();
      return true;
    }
    if (!["pending", "running"].includes(rows[0]?.status)) {
      return false;
    }
    await sleep(100);
  }
}

/** Model calls by run: the task's number stands in every prompt, so a repeated call would show as one more. */
function modelCalls(): number {
  return platform.demo.requests.length;
}

function expectOnce(run: Checked): void {
  expect(run.status, JSON.stringify(run)).toBe("completed");
  expect(run.steps.map((step) => `${step.step_id} ${step.attempt} ${step.status}`)).toEqual([
    "DESIGN 1 completed",
    "IMPLEMENT 1 completed",
    "REVIEW 1 completed",
    "TEST 1 completed",
  ]);
}

describe("faults", () => {
  it("an engine killed in the middle of each run: every run completes once, no model call is repeated", {
    timeout: 60_000 + total * runTimeoutMs,
  }, async () => {
    const { client } = await platform.tenant();
    const calm = await untilEnded(await start(client, -1));
    expectOnce(calm);
    const callsPerRun = modelCalls();
    const done: Checked[] = [];
    let kills = 0;
    for (let n = 0; n < total; n += atOnce) {
      const batch = await Promise.all(
        Array.from({ length: Math.min(atOnce, total - n) }, (_, at) => start(client, n + at)),
      );
      for (const id of batch) {
        await sleep(200 + random() * 2500);
        kills += (await killHolder(id)) ? 1 : 0;
      }
      done.push(...(await Promise.all(batch.map(untilEnded))));
    }
    process.stdout.write(`faults: ${done.length} runs, ${kills} engines killed, ${modelCalls()} model calls\n`);
    for (const run of done) {
      expectOnce(run);
      expect(run.commits).toBe(calm.commits);
    }
    expect(modelCalls()).toBe(callsPerRun * (total + 1));
  });

  it("Redis restarted empty in the middle of runs: they complete all the same", {
    timeout: 60_000 + total * runTimeoutMs,
  }, async () => {
    const { client } = await platform.tenant();
    const ids = await Promise.all(Array.from({ length: Math.min(total, 10) }, (_, n) => start(client, 1000 + n)));
    await sleep(500 + random() * 2500);
    const url = new URL(redis.url);
    process.kill(redis.pid, "SIGKILL");
    await redis.stop();
    redis = await startOwnRedis(Number(url.port), decodeURIComponent(url.password));
    for (const run of await Promise.all(ids.map(untilEnded))) {
      expectOnce(run);
    }
  });

  it("leaves no workload behind", { timeout: 60_000 }, async () => {
    const until = Date.now() + 45_000;
    while (workloads(platform).length > 0 && Date.now() < until) {
      await sleep(500);
    }
    expect(workloads(platform)).toEqual([]);
  });
});
