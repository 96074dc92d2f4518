import { createLog } from "@djinnbot/config";
import { newId } from "@djinnbot/contracts";
import { createRedis, createWorkloadRedis, type Redis, systemKeys, tenantKeys, workloadUser } from "@djinnbot/events";
import type {} from "@djinnbot/testing/provided";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { deleteRedisUser, ensureRedisUser, hasRedisUser, workloadRedisUrl } from "./redis-user.ts";

const log = createLog({ service: "test", instance: "test", level: "silent" });
const url = inject("services").redisUrl;

describe("the Redis user of a session", () => {
  const user = { tenantId: newId("tenant"), runId: newId("run"), sessionId: newId("session"), password: "first" };
  const { tenantId, runId, sessionId } = user;
  const [otherRun, otherTenant] = [newId("run"), newId("tenant")];
  let admin: Redis;
  let workload: Redis;

  const connect = async (password: string) => {
    const redis = createWorkloadRedis(workloadRedisUrl(url, { user: workloadUser(sessionId), password }), {
      log,
      name: "workload",
    });
    await new Promise((resolve, reject) => {
      redis.once("ready", resolve);
      redis.once("error", reject);
    });
    return redis;
  };
  beforeAll(async () => {
    admin = createRedis(url, { log, name: "admin" });
    await ensureRedisUser(admin, user);
    workload = await connect(user.password);
  });
  afterAll(async () => {
    workload.disconnect();
    await deleteRedisUser(admin, sessionId);
    await admin.del(
      ...[tenantKeys.runCommands(tenantId, runId), tenantKeys.runStatus(tenantId, runId)],
      tenantKeys.runEvents(tenantId, runId),
    );
    admin.disconnect();
  });
  const refused = (answer: Promise<unknown>) => expect(answer).rejects.toThrow(/NOPERM/);

  test("may read its run's commands and append to its status and events", async () => {
    await admin.xadd(tenantKeys.runCommands(tenantId, runId), "*", "data", "go");
    const answer = await workload.xread("COUNT", 1, "STREAMS", tenantKeys.runCommands(tenantId, runId), "0");
    expect(answer).toHaveLength(1);
    await workload.xadd(tenantKeys.runStatus(tenantId, runId), "MAXLEN", "~", 100, "*", "data", "ready");
    await workload.xadd(tenantKeys.runEvents(tenantId, runId), "MAXLEN", "~", 100, "*", "data", "hello");
    expect(await admin.xlen(tenantKeys.runEvents(tenantId, runId))).toBe(1);
  });

  test("may not do the one where only the other is granted", async () => {
    await refused(workload.xadd(tenantKeys.runCommands(tenantId, runId), "*", "data", "forged"));
    await refused(workload.xread("STREAMS", tenantKeys.runStatus(tenantId, runId), "0"));
    await refused(workload.xread("STREAMS", tenantKeys.runEvents(tenantId, runId), "0"));
  });

  test("may touch no other run's, tenant's or system's key", async () => {
    const keys = [
      ...[tenantKeys.runEvents(tenantId, otherRun), tenantKeys.runStatus(tenantId, otherRun)],
      ...[tenantKeys.runEvents(otherTenant, runId), tenantKeys.events(tenantId), systemKeys.globalEvents],
      ...[tenantKeys.runCommands(tenantId, otherRun), systemKeys.containers, "*", "other"],
    ];
    for (const key of keys) {
      await refused(workload.xadd(key, "*", "data", "x"));
      await refused(workload.xread("STREAMS", key, "0"));
    }
  });

  test("may use no other command, not even on its own keys", async () => {
    const own = tenantKeys.runEvents(tenantId, runId);
    const commands: [string, ...string[]][] = [
      ...([
        ["KEYS", "*"],
        ["SCAN", "0"],
        ["DEL", own],
        ["GET", own],
        ["XRANGE", own, "-", "+"],
        ["XTRIM", own, "MAXLEN", "0"],
      ] as [string, ...string[]][]),
      ...([["CONFIG", "GET", "*"], ["ACL", "LIST"], ["ACL", "WHOAMI"], ["CLIENT", "LIST"], ["INFO"], ["FLUSHALL"]] as [
        string,
        ...string[],
      ][]),
      ...([["EVAL", "return 1", "0"], ["PUBLISH", "a", "b"], ["SUBSCRIBE", "a"], ["MONITOR"], ["SHUTDOWN"]] as [
        string,
        ...string[],
      ][]),
    ];
    for (const [command, ...args] of commands) {
      await refused(workload.call(command, args));
    }
  });

  test("is put right without breaking connections, and refuses the old password afterwards", async () => {
    await ensureRedisUser(admin, { ...user, password: "second" });
    expect(await workload.xadd(tenantKeys.runStatus(tenantId, runId), "*", "data", "still here")).toBeTruthy();
    await expect(connect("first")).rejects.toThrow(/WRONGPASS/);
    (await connect("second")).disconnect();
  });

  test("is gone after removal, with its connections", async () => {
    expect(await hasRedisUser(admin, sessionId)).toBe(true);
    const closed = new Promise((resolve) => workload.once("close", resolve));
    await deleteRedisUser(admin, sessionId);
    await closed;
    expect(await hasRedisUser(admin, sessionId)).toBe(false);
    expect(await admin.call("ACL", ["USERS"])).not.toContain(workloadUser(sessionId));
    await deleteRedisUser(admin, sessionId);
    await expect(connect("second")).rejects.toThrow(/WRONGPASS/);
  });
});
