/** A Redis whose server lets nobody make users: the relay of the door takes their place, and an engine that does not know says so. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createLog } from "@djinnbot/config";
import { terminalRunStatuses } from "@djinnbot/contracts";
import { createRedis } from "@djinnbot/events";
import { type TestBackends, testBackends } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Platform, startPlatform, tail } from "./testing/platform.ts";
import { becomes, untilStatus } from "./testing/watch.ts";

const shared = await testBackends();
const user = `limited-${randomBytes(4).toString("hex")}`;
const password = randomBytes(12).toString("hex");
const admin = createRedis(shared.redisUrl, {
  log: createLog({ service: "test", instance: "relay", level: "silent" }),
  name: "admin",
});
let platform: Platform;
beforeAll(async () => {
  await admin.call("ACL", ["SETUSER", user, "on", `>${password}`, "allkeys", "allchannels", "+@all", "-acl"]);
  const url = new URL(shared.redisUrl);
  Object.assign(url, { username: user, password });
  const backends: TestBackends = { ...shared, redisUrl: url.href };
  platform = await startPlatform({ backends, redisSessionUsers: "relay" });
}, 60_000);
afterAll(async () => {
  await platform?.stop();
  await admin.call("ACL", ["DELUSER", user]);
  admin.disconnect();
});

it("runs a pipeline all the same", { timeout: 120_000 }, async ({ skip }) => {
  skip(!platform.isSandboxed, "no sandbox here, and without one it is refused");
  const { client } = await platform.tenant();
  const repository = await createDemoRepository(join(platform.repositoriesDir, "parcel-quote"));
  const task = "Make the failing test pass.";
  const run = await client.api.runs.create.mutate({ pipelineId: "feature", task, repository });
  await untilStatus(platform, run.id, terminalRunStatuses);
  const { status, failure } = await client.api.runs.get.query({ runId: run.id });
  const [engine] = platform.engines;
  expect(status, `${JSON.stringify(failure)}\n${engine && tail(engine)}`).toBe("completed");
  const { rows } = await platform.deps.system.pool.query("SELECT id FROM sessions WHERE source_id = $1", [run.id]);
  // Other tests make users on the same server.
  const users = (await admin.call("ACL", ["USERS"])) as string[];
  expect(rows.length).toBeGreaterThan(0);
  expect(users.filter((name) => rows.some(({ id }) => name.includes(id)))).toEqual([]);
});

it("says what to do when it is not told", { timeout: 30_000 }, async () => {
  const engine = platform.startEngine({ REDIS_SESSION_USERS: "acl" });
  await becomes(async () => engine.child.exitCode, 1, 20_000);
  expect(tail(engine)).toMatch(/lets nobody make users \(NOPERM.*Set REDIS_SESSION_USERS=relay/);
});

it("is refused where workloads have a network of their own", { timeout: 30_000 }, async () => {
  const engine = platform.startEngine({ BWRAP_PATH: "" });
  await becomes(async () => engine.child.exitCode, 1, 20_000);
  expect(tail(engine)).toMatch(/REDIS_SESSION_USERS=relay needs workloads without a network/);
});
