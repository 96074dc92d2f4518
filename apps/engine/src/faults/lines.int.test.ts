/**
 * Lines that go silent, a model server that dies, messages that come twice, late or broken, a disk that is full, a workload that
 * stands still, and a tenant that wants everything at once (DESIGN 8, G1–G8).
 */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tenantPaths } from "@djinnbot/config";
import { terminalRunStatuses } from "@djinnbot/contracts";
import { globalEvents, runEvents, runStatus, tenantKeys } from "@djinnbot/events";
import { type TcpProxy, tcpProxy } from "@djinnbot/testing";
import { startDemoModel } from "@djinnbot/testing/demo-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { featureSteps, runtimePids, seeded, startFeature, untilHeld } from "../testing/fault-run.ts";
import { type OwnServers, startOwnServers } from "../testing/own-servers.ts";
import { type EngineProcess, ended as exited, type Platform, startPlatform } from "../testing/platform.ts";
import { leftovers, violations } from "../testing/violations.ts";
import { becomes, lineOf, untilStatus } from "../testing/watch.ts";

const rounds = Math.ceil(Number(process.env.FAULT_RUNS ?? 2) / 2);
const timeout = 120_000 + rounds * 120_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const random = seeded("lines");

let servers: OwnServers;
let platform: Platform;
/** Between the door of the workloads and Redis. */
let runtimeLine: TcpProxy;
beforeAll(async () => {
  servers = await startOwnServers();
  const { backends } = servers;
  runtimeLine = await tcpProxy(backends.redisUrl);
  platform = await startPlatform({ backends, engines: 0, chunkDelayMs: 4, workloadRedisUrl: runtimeLine.url });
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  await runtimeLine?.close();
  await servers?.stop();
});

const ended = (runIds: readonly string[]) =>
  Promise.all(runIds.map((runId) => untilStatus(platform, runId, terminalRunStatuses)));
const stop = async (engine: EngineProcess) => {
  await exited(engine.child, "SIGTERM");
  platform.engines.splice(platform.engines.indexOf(engine), 1);
};

describe("half-open lines", () => {
  const lines: Record<string, (proxied: (url: string) => Promise<string>) => Promise<Record<string, string>>> = {
    "engine to Postgres": async (proxied) => ({
      APP_DATABASE_URL: await proxied(servers.backends.appUrl),
      SYSTEM_DATABASE_URL: await proxied(servers.backends.systemUrl),
      DATABASE_TIMEOUT_SEC: "3",
    }),
    "engine to Redis": async (proxied) => ({ REDIS_URL: await proxied(servers.backends.redisUrl) }),
    "runtime to Redis": async () => ({ WORKLOAD_REDIS_URL: runtimeLine.url }),
  };
  it.each(Object.entries(lines))(
    "%s: what was sent into it is sent again, nothing twice",
    { timeout },
    async (name, envOf) => {
      const proxies: TcpProxy[] = [];
      const env = await envOf(async (url) => {
        const proxy = await tcpProxy(url);
        proxies.push(proxy);
        return proxy.url;
      });
      const engine = platform.startEngine(env);
      const { tenantId, client } = await platform.tenant();
      for (let round = 0; round < rounds; round += 1) {
        const runIds = await Promise.all(
          [1, 2].map((n) => startFeature(platform, client, `${name.replaceAll(" ", "-")}-${round}-${n}`)),
        );
        await untilHeld(platform, runIds[0] ?? "");
        await sleep(random() * 1500);
        for (const proxy of proxies.length === 0 ? [runtimeLine] : proxies) {
          proxy.hole();
        }
        await ended(runIds);
      }
      expect(await violations(platform, { tenantIds: [tenantId], steps: featureSteps })).toEqual([]);
      await stop(engine);
      await Promise.all(proxies.map((proxy) => proxy.close()));
    },
  );
});

describe("servers and messages", () => {
  let engine: EngineProcess;
  beforeAll(() => {
    engine = platform.startEngine();
  });
  afterAll(() => stop(engine));

  it("the model server dies in the middle of answers and comes back: the calls are made again", {
    timeout,
  }, async () => {
    const { tenantId, client } = await platform.tenant();
    const { demo } = platform;
    const port = Number(new URL(demo.url).port);
    for (let round = 0; round < rounds; round += 1) {
      const runIds = await Promise.all([1, 2].map((n) => startFeature(platform, client, `model-${round}-${n}`)));
      await untilHeld(platform, runIds[0] ?? "");
      await sleep(300 + random() * 700);
      await platform.demo.stop();
      await sleep(500 + random() * 500);
      const again = await startDemoModel({ key: "demo-key-0123456789", port, chunkDelayMs: 4 });
      platform.demo.stop = again.stop;
      await ended(runIds);
    }
    expect(await violations(platform, { tenantIds: [tenantId], steps: featureSteps })).toEqual([]);
  });

  it("messages come twice, in the wrong order and broken: their effects come once", { timeout }, async () => {
    const { tenantId, client } = await platform.tenant();
    const { redis } = platform.deps;
    for (let round = 0; round < rounds; round += 1) {
      const runIds = await Promise.all([1, 2].map((n) => startFeature(platform, client, `messages-${round}-${n}`)));
      let over = false;
      const running = ended(runIds).finally(() => {
        over = true;
      });
      const broken = ["", "{", "[]", '{"v":1}', '{"type":"stepResult"}', "\u0000", "x".repeat(10_000)];
      while (!over) {
        for (const runId of runIds) {
          const status = runStatus.key({ tenantId, runId });
          const told = (await redis.xrange(status, "-", "+")).map(([, fields]) => fields);
          for (const fields of told.toReversed()) {
            await redis.xadd(status, "*", ...fields);
          }
          await redis.xadd(status, "*", "data", broken[Math.floor(random() * broken.length)] ?? "");
          await redis.xadd(status, "*", "other", "field");
          await redis.xadd(runEvents.key({ tenantId, runId }), "*", "data", "{broken");
        }
        const global = (await redis.xrange(globalEvents.key({}), "-", "+", "COUNT", 50)).map(([, fields]) => fields);
        for (const fields of [...global.toReversed(), ["data", "{broken"], ["other", "field"]]) {
          await redis.xadd(globalEvents.key({}), "*", ...fields);
        }
        await sleep(150);
      }
      await running;
    }
    const expected = { tenantIds: [tenantId], steps: featureSteps, noCallTwice: true };
    expect(await violations(platform, expected)).toEqual([]);
    const dead = await redis.xlen(`${globalEvents.key({})}:dead`);
    expect(dead).toBeGreaterThan(0);
    await becomes(async () => (await redis.exists(tenantKeys.events(tenantId))) > 0, true);
  });

  it("a runtime stands still: its step ends with its time, and is tried again", { timeout }, async () => {
    const { tenantId, client } = await platform.tenant();
    const line = JSON.parse(lineOf("still", [{ agent: "architect", maxRetries: 1 }]));
    // Enough for the second attempt, whose answer takes two seconds, on a machine that is busy with other things.
    line.steps[0].timeoutSeconds = 15;
    await client.api.pipelines.create.mutate({ yamlContent: JSON.stringify(line) });
    const input = { pipelineId: "still", task: "Slowly.", modelOverride: "demo/demo-slow-2" };
    const { id: runId } = await client.api.runs.create.mutate(input);
    await untilHeld(platform, runId);
    await becomes(async () => runtimePids(runId).length > 0, true, 60_000);
    for (const pid of runtimePids(runId)) {
      process.kill(pid, "SIGSTOP");
    }
    await ended([runId]);
    const steps = ["STEP1#1 failed", "STEP1#2 completed"];
    expect(await violations(platform, { tenantIds: [tenantId], steps })).toEqual([]);
    const {
      steps: [first],
    } = await client.api.runs.get.query({ runId });
    expect(first?.failure?.code).toBe("STEP_TIMEOUT");
  });

  const canMount = process.getuid?.() === 0 && mounts();
  it.skipIf(!canMount)(
    "a tenant's disk is full: its run fails and says so, another tenant's goes on",
    {
      timeout,
    },
    async () => {
      const full = await platform.tenant();
      const other = await platform.tenant();
      const dir = tenantPaths(platform.dataDir, full.tenantId).runs;
      mkdirSync(dir, { recursive: true });
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m,mode=755", "none", dir]);
      try {
        const yamlContent = lineOf("fills", [{ agent: "architect" }]);
        await full.client.api.pipelines.create.mutate({ yamlContent });
        const task = `## Task\nCall bash {"command":"head -c 20000000 /dev/zero > big; ls -l big"}`;
        const run = { pipelineId: "fills", task, modelOverride: "demo/demo-call" };
        const { id: runId } = await full.client.api.runs.create.mutate(run);
        const sound = await startFeature(platform, other.client, "beside-a-full-disk");
        await ended([runId, sound]);
        const { failure, status } = await full.client.api.runs.get.query({ runId });
        expect([status, failure?.code]).toEqual(["failed", "WORKSPACE_FAILED"]);
        expect(failure?.message).toMatch(/no space left/i);
        expect(await violations(platform, { tenantIds: [other.tenantId], steps: featureSteps })).toEqual([]);
      } finally {
        execFileSync("umount", ["-l", dir]);
      }
    },
  );

  it("leaves nothing behind", { timeout: 90_000 }, () => becomes(() => leftovers(platform), [], 60_000));
});

/** Whether this machine lets us mount: a container without the capability does not. */
function mounts(): boolean {
  try {
    execFileSync("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"], { stdio: "ignore" });
    return true;
  } catch {
    process.stdout.write("lines: nothing can be mounted here, so no disk gets full\n");
    return false;
  }
}
