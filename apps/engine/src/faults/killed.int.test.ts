/**
 * Engines and Redis die in the middle of runs (DESIGN 8, G1–G4). Short by default; FAULT_RUNS and FAULT_SEED make it long and
 * repeatable.
 */
import { terminalRunStatuses } from "@djinnbot/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { featureSteps, seeded, startFeature } from "../testing/fault-run.ts";
import { type OwnServers, startOwnServers } from "../testing/own-servers.ts";
import { ended, type Platform, startPlatform } from "../testing/platform.ts";
import { leftovers, violations } from "../testing/violations.ts";
import { becomes, untilStatus } from "../testing/watch.ts";

const total = Number(process.env.FAULT_RUNS ?? 4);
const atOnce = 4;
const timeout = 60_000 + total * 180_000;
const random = seeded("killed");
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let servers: OwnServers;
let platform: Platform;
beforeAll(async () => {
  servers = await startOwnServers();
  platform = await startPlatform({ backends: servers.backends, engines: 2, chunkDelayMs: 4 });
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  await servers?.stop();
});

const allEnded = (runIds: readonly string[]) =>
  Promise.all(runIds.map((runId) => untilStatus(platform, runId, terminalRunStatuses)));

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

async function stepsOf(id: string): Promise<string[]> {
  const text = "SELECT step_id, status FROM steps WHERE run_id = $1 ORDER BY sequence";
  const { rows } = await platform.deps.system.pool.query<{ step_id: string; status: string }>(text, [id]);
  return rows.map(({ step_id, status }) => `${step_id} ${status}`);
}

describe("killed", () => {
  it("an engine killed in the middle of each run: every run completes once, no model call is repeated", {
    timeout,
  }, async () => {
    const { tenantId, client } = await platform.tenant();
    let kills = 0;
    for (let n = 0; n < total; n += atOnce) {
      const numbers = Array.from({ length: Math.min(atOnce, total - n) }, (_, at) => n + at);
      const batch = await Promise.all(numbers.map((one) => startFeature(platform, client, `engine-${one}`)));
      for (const id of batch) {
        await sleep(200 + random() * 2500);
        kills += (await killHolder(id)) ? 1 : 0;
      }
      await allEnded(batch);
    }
    process.stdout.write(`killed: ${total} runs, ${kills} engines, ${platform.demo.requests.length} model calls\n`);
    const expected = { tenantIds: [tenantId], steps: featureSteps, noCallTwice: true };
    expect(await violations(platform, expected)).toEqual([]);
  });

  it("an engine killed in the last step: whoever goes on with the run pushes its branch", { timeout }, async () => {
    const { tenantId, client } = await platform.tenant();
    const id = await startFeature(platform, client, "last-step");
    await becomes(async () => (await stepsOf(id)).at(-1), "TEST running", 60_000);
    expect(await killHolder(id)).toBe(true);
    await allEnded([id]);
    const expected = { tenantIds: [tenantId], steps: featureSteps, noCallTwice: true };
    expect(await violations(platform, expected)).toEqual([]);
  });

  it("Redis restarted empty in the middle of runs: they complete all the same", { timeout }, async () => {
    const { tenantId, client } = await platform.tenant();
    const numbers = Array.from({ length: Math.min(total, 10) }, (_, n) => n);
    const runIds = await Promise.all(numbers.map((n) => startFeature(platform, client, `redis-${n}`)));
    await sleep(500 + random() * 2500);
    await servers.emptyRedis();
    await allEnded(runIds);
    expect(await violations(platform, { tenantIds: [tenantId], steps: featureSteps })).toEqual([]);
  });

  it("leaves nothing behind", { timeout: 90_000 }, () => becomes(() => leftovers(platform), [], 60_000));
});
