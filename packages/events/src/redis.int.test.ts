import { newId } from "@djinnbot/contracts";
import { type TestDeps, tcpProxy, testDeps } from "@djinnbot/testing";
import { beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { tenantKeys } from "./keys.ts";
import { createRedis } from "./redis.ts";
import { Tailer } from "./tail.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
});

it("replaces a half-open line: what waits on it fails, what comes later is answered", async () => {
  const proxy = await tcpProxy(deps.backends.redisUrl);
  const redis = createRedis(proxy.url, { log: deps.log, name: "test", silenceMs: 300 });
  onTestFinished(async () => {
    redis.disconnect();
    await proxy.close();
  });
  expect(await redis.ping()).toBe("PONG");
  proxy.hole();
  await expect(redis.ping()).rejects.toThrow("timed out");
  expect(await vi.waitFor(() => redis.ping(), { timeout: 20_000 })).toBe("PONG");
});

it("reads streams on after its line was half-open, and misses nothing", async () => {
  const proxy = await tcpProxy(deps.backends.redisUrl);
  const reader = createRedis(proxy.url, { log: deps.log, name: "test", blocking: true, silenceMs: 300 });
  const tailer = new Tailer({ redis: reader, control: deps.redis, log: deps.log });
  onTestFinished(async () => {
    await tailer.close();
    await proxy.close();
  });
  const key = tenantKeys.events(newId("tenant"));
  const got: string[] = [];
  await tailer.subscribe(key, "0", (entries) => got.push(...entries.map(({ data }) => data)));
  await deps.redis.xadd(key, "*", "data", "before");
  await vi.waitFor(() => expect(got).toEqual(["before"]), { timeout: 20_000 });
  proxy.hole();
  await deps.redis.xadd(key, "*", "data", "meanwhile");
  await vi.waitFor(() => expect(got).toEqual(["before", "meanwhile"]), { timeout: 20_000 });
});
