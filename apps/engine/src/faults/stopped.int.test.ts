/** Engines that stand still and wake, engines whose clock is set, runtimes that stand still or are killed (DESIGN 8, G1–G3). */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { terminalRunStatuses } from "@djinnbot/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { featureSteps, runtimePids, seeded, startFeature, untilHeld, untilTaken } from "../testing/fault-run.ts";
import { type OwnServers, startOwnServers } from "../testing/own-servers.ts";
import { type Platform, startPlatform } from "../testing/platform.ts";
import { leftovers, violations } from "../testing/violations.ts";
import { becomes, lineOf, untilStatus } from "../testing/watch.ts";

const rounds = Math.ceil(Number(process.env.FAULT_RUNS ?? 2) / 2);
const hour = 3_600_000;
const timeout = 120_000 + rounds * 120_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const random = seeded("stopped");

let servers: OwnServers;
let platform: Platform;
let clockFile: string;
beforeAll(async () => {
  servers = await startOwnServers();
  platform = await startPlatform({ backends: servers.backends, engines: 0, chunkDelayMs: 4 });
  clockFile = join(platform.dataDir, "clock");
  const jump = new URL("../testing/clock-jump.mjs", import.meta.url).href;
  const env = { NODE_OPTIONS: `--import=${jump}`, CLOCK_JUMP_FILE: clockFile };
  platform.startEngine(env);
  platform.startEngine(env);
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  await servers?.stop();
});

const ended = (runIds: readonly string[]) =>
  Promise.all(runIds.map((runId) => untilStatus(platform, runId, terminalRunStatuses)));

describe("stopped", () => {
  it("an engine stands still until another has its run, and wakes: it does nothing more to it", {
    timeout,
  }, async () => {
    const { tenantId, client } = await platform.tenant();
    for (let round = 0; round < rounds; round += 1) {
      const runIds = await Promise.all([1, 2].map((n) => startFeature(platform, client, `still-${round}-${n}`)));
      const runId = runIds[0] ?? "";
      await untilHeld(platform, runId);
      await sleep(random() * 1500);
      const held = await untilHeld(platform, runId);
      held.engine.child.kill("SIGSTOP");
      await untilTaken(platform, runId, held);
      held.engine.child.kill("SIGCONT");
      await ended(runIds);
    }
    expect(await violations(platform, { tenantIds: [tenantId], steps: featureSteps, noCallTwice: true })).toEqual([]);
  });

  it("the clocks of engines jump an hour ahead and back: no step ends early, none is lost", { timeout }, async () => {
    const { tenantId, client } = await platform.tenant();
    const setClocks = (ms: number) => {
      writeFileSync(clockFile, String(ms));
      for (const { child } of platform.engines) {
        child.kill("SIGUSR2");
      }
    };
    for (let round = 0; round < rounds; round += 1) {
      for (const ms of [hour, -hour]) {
        const runIds = await Promise.all(
          [1, 2].map((n) => startFeature(platform, client, `clock-${round}-${ms}-${n}`)),
        );
        await untilHeld(platform, runIds[0] ?? "");
        await sleep(random() * 800);
        setClocks(ms);
        await sleep(500 + random() * 800);
        setClocks(0);
        await sleep(random() * 500);
        setClocks(ms);
        await ended(runIds);
      }
    }
    setClocks(0);
    expect(await violations(platform, { tenantIds: [tenantId], steps: featureSteps, noCallTwice: true })).toEqual([]);
  });

  it("a runtime is killed in the middle of a step: the step is tried again, once, or the run fails and says why", {
    timeout,
  }, async () => {
    const { tenantId, client } = await platform.tenant();
    const other = await platform.tenant();
    const task = "Slowly.";
    const start = async (tenant: typeof other, name: string, maxRetries: number) => {
      const yamlContent = lineOf(name, [{ agent: "architect", maxRetries }]);
      await tenant.client.api.pipelines.create.mutate({ yamlContent });
      // It must be at work still when a busy machine gets to killing it.
      const run = { pipelineId: name, task, modelOverride: "demo/demo-slow-5" };
      return (await tenant.client.api.runs.create.mutate(run)).id;
    };
    const again = await start({ ...other, client }, "killed-once", 1);
    const never = await start(other, "killed-for-good", 0);
    for (const runId of [again, never]) {
      await untilHeld(platform, runId);
      await becomes(async () => runtimePids(runId).length > 0, true, 60_000);
      await sleep(random() * 1000);
      for (const pid of runtimePids(runId)) {
        process.kill(pid, "SIGKILL");
      }
    }
    await ended([again, never]);
    const twice = ["STEP1#1 failed", "STEP1#2 completed"];
    expect(await violations(platform, { tenantIds: [tenantId], steps: twice })).toEqual([]);
    expect(await violations(platform, { tenantIds: [other.tenantId], steps: ["STEP1#1 failed"] })).toEqual([]);
    const { failure } = await other.client.api.runs.get.query({ runId: never });
    expect(failure?.code).toBe("WORKLOAD_FAILED");
  });

  it("Postgres is shut down at once, and crashes, in the middle of runs: they complete all the same", {
    timeout,
  }, async () => {
    const { tenantId, client } = await platform.tenant();
    for (let round = 0; round < rounds; round += 1) {
      for (const signal of ["SIGINT", "SIGQUIT"] as const) {
        const runIds = await Promise.all([1, 2].map((n) => startFeature(platform, client, `${signal}-${round}-${n}`)));
        await untilHeld(platform, runIds[0] ?? "");
        await sleep(random() * 2000);
        await servers.restartPostgres(signal);
        await ended(runIds);
      }
    }
    expect(await violations(platform, { tenantIds: [tenantId], steps: featureSteps })).toEqual([]);
  });

  it("leaves nothing behind", { timeout: 90_000 }, () => becomes(() => leftovers(platform), [], 60_000));
});
