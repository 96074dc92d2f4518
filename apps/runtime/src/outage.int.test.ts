// Redis away, emptied, or without our user in the middle of a step, or our gateway away: nothing is lost and nothing is done twice.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workloadKeys } from "@djinnbot/events";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RedisService, startRedis } from "../../../scripts/services/redis.ts";
import { paths } from "../../../scripts/start/paths.ts";
import { EngineSide, until } from "./test/engine-side.ts";
import { startScriptedModel } from "./test/scripted-model.ts";

const dir = mkdtempSync(join(tmpdir(), "djinnbot-outage-"));
let server: RedisService;
let redis: Redis;
const log = () => undefined;

beforeAll(async () => {
  server = await startRedis({ dir, toolsDir: paths.toolsDir, log, durable: false });
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  redis.on("error", () => undefined);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** What the engine grants a workload: nothing but reading its commands and appending its answers. */
async function grant(side: EngineSide): Promise<void> {
  const { read, write } = workloadKeys(side.address.tenantId, side.address.runId);
  const keys = [...read.map((key) => `%R~${key}`), ...write.map((key) => `%W~${key}`)];
  await redis.call("ACL", "SETUSER", "workload", "reset", "on", ">secret", ...keys, "+xread", "+xadd");
}

async function prepare(scripts: Parameters<typeof startScriptedModel>[0]) {
  const model = await startScriptedModel(scripts);
  const url = new URL(server.url);
  url.username = "workload";
  url.password = "secret";
  const side = new EngineSide({ redis, redisUrl: url.href, apiUrl: model.url });
  await grant(side);
  side.start();
  const close = async () => {
    await side.close();
    await model.close();
  };
  return { side, model, close };
}

const done = { calls: [{ name: "complete", args: { outputs: { report: "ok" } } }] };

test("Redis restarts empty and without our user while a step runs", async () => {
  const { side, model, close } = await prepare([
    { text: "wait", calls: [{ name: "bash", args: { command: "sleep 2" } }] },
    done,
  ]);
  const command = side.stepCommand();
  await side.send(command);
  await side.untilStatus("stepAccepted");
  const { port } = server;
  const password = decodeURIComponent(new URL(server.url).password);
  await server.stop();
  await until(async () => model.requests.length === 2, "the step to go on while Redis is away");
  server = await startRedis({ dir, toolsDir: paths.toolsDir, log, durable: false, port, password });
  expect(await redis.dbsize()).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await grant(side);
  const result = await side.untilResult(command.commandId);
  expect(result).toMatchObject({ outcome: "completed" });
  expect(await side.untilStatus("ready")).toHaveLength(1);
  // The engine, having lost its streams, sends the step again.
  await side.send(command);
  await side.untilStatus("stepResult", 2);
  await side.ack(command.commandId);
  const next = side.stepCommand();
  await side.send(next);
  await side.untilResult(next.commandId);
  expect(model.requests).toHaveLength(3);
  expect(side.log).not.toContain("secret");
  await close();
});

test("the user is deleted and made anew: the runtime comes back and announces itself", async () => {
  const { side, close } = await prepare([done]);
  await side.untilStatus("ready");
  await redis.call("ACL", "DELUSER", "workload");
  await new Promise((resolve) => setTimeout(resolve, 300));
  await grant(side);
  await side.untilStatus("ready", 2);
  const command = side.stepCommand();
  await side.send(command);
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "completed" });
  await close();
});

test("a process that starts while Redis is away waits for it", async () => {
  const { port } = server;
  const password = decodeURIComponent(new URL(server.url).password);
  const { side, close } = await prepare([done]);
  await side.untilStatus("ready");
  await close();
  await server.stop();
  side.start({ WORKSPACE: tmpdir(), HOME: tmpdir() });
  await new Promise((resolve) => setTimeout(resolve, 500));
  server = await startRedis({ dir, toolsDir: paths.toolsDir, log, durable: false, port, password });
  await grant(side);
  await side.untilStatus("ready");
  await side.shutdown();
  expect(await side.exit).toBe(0);
});

test("the gateway is away for longer than a provider might be: the step waits for it and tells people", async () => {
  const { side, model, close } = await prepare([done]);
  await side.untilStatus("ready");
  await model.close();
  const command = side.stepCommand();
  await side.send(command);
  const retries = async () => (await side.events()).filter(({ type }) => type === "MODEL_RETRY");
  const told = await until(async () => {
    const found = await retries();
    return found.length >= 6 && found;
  }, "more waiting than there are tries");
  expect(told.at(-1)).toMatchObject({ tries: 6, error: expect.stringContaining("ECONNREFUSED") });
  const back = await startScriptedModel([done], Number(new URL(model.url).port));
  expect(await side.untilResult(command.commandId)).toMatchObject({ outcome: "completed" });
  await back.close();
  await close();
});

test("a gateway that stays away costs the step no more than its time", async () => {
  const { side, model, close } = await prepare([done]);
  await side.untilStatus("ready");
  await model.close();
  const command = side.stepCommand({ deadlineAt: Date.now() + 5000 });
  await side.send(command);
  const result = await side.untilResult(command.commandId);
  expect(result.failure).toMatchObject({
    code: "MODEL_UNAVAILABLE",
    message: expect.stringContaining("own gateway was away"),
  });
  await close();
});
