import { newId } from "@djinnbot/contracts";
import { type TestDeps, testDeps, unique } from "@djinnbot/testing";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";
import type { Channel } from "./channel.ts";
import { consume } from "./consume.ts";
import { tenantKeys } from "./keys.ts";
import { publish } from "./publish.ts";
import { createRedis } from "./redis.ts";
import { toEntries } from "./tail.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
});

const Message = z.object({ name: z.string() });
type TestChannel = Channel<Record<never, never>, typeof Message>;

function newChannel(): TestChannel {
  const key = tenantKeys.events(newId("tenant"));
  return { name: "test", key: () => key, schema: Message, maxLength: 1000 };
}

/** A consumer that runs until the test is over; `handled` are the names in the order of their delivery. */
function startConsumer(
  channel: TestChannel,
  options: { fails?: (name: string) => boolean; reclaimIdleMs?: number; maxDeliveries?: number } = {},
) {
  const { fails, ...limits } = options;
  const handled: string[] = [];
  const stop = new AbortController();
  const redis = createRedis(deps.backends.redisUrl, { log: deps.log, name: "consume", blocking: true });
  const ended = consume({
    redis,
    control: deps.redis,
    channel,
    group: "group",
    consumer: unique("consumer"),
    log: deps.log,
    signal: stop.signal,
    handle: async ({ name }) => {
      handled.push(name);
      if (fails?.(name)) {
        throw new Error("not today");
      }
    },
    ...limits,
  });
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  return { handled };
}

const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 40_000, interval: 50 });
const send = (channel: TestChannel, name: string) => publish(deps.redis, channel, {}, { name });
const pendingCount = async (channel: TestChannel) =>
  ((await deps.redis.xpending(channel.key({}), "group")) as [number])[0];
/** Fields of what was set aside. */
async function buried(channel: TestChannel): Promise<Record<string, string>[]> {
  const raw = (await deps.redis.xrange(`${channel.key({})}:dead`, "-", "+")) as [string, string[]][];
  return raw.map(([, fields]) =>
    Object.fromEntries(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? ""]] : []))),
  );
}

describe("consume", () => {
  it("delivers what failed again, and sets it aside with the reason after the last delivery", async () => {
    const channel = newChannel();
    const { handled } = startConsumer(channel, { fails: (name) => name === "bad", reclaimIdleMs: 1, maxDeliveries: 2 });
    const entry = await send(channel, "bad");
    await send(channel, "good");
    await until(async () => expect(await buried(channel)).toHaveLength(1));
    expect(await buried(channel)).toEqual([{ data: '{"name":"bad"}', reason: "failed 2 times", entry }]);
    expect(handled.filter((name) => name === "bad")).toHaveLength(2);
    expect(handled.filter((name) => name === "good")).toHaveLength(1);
    expect(await pendingCount(channel)).toBe(0);
  });

  it("acknowledges a message that succeeds the second time", async () => {
    const channel = newChannel();
    let failures = 0;
    const fails = () => {
      failures += 1;
      return failures === 1;
    };
    const { handled } = startConsumer(channel, { fails, reclaimIdleMs: 1 });
    await send(channel, "moody");
    await until(async () => {
      expect(handled).toEqual(["moody", "moody"]);
      expect(await pendingCount(channel)).toBe(0);
    });
    expect(await buried(channel)).toEqual([]);
  });

  it("leaves a message alone that is not idle for long enough", async () => {
    const channel = newChannel();
    const first = startConsumer(channel, { fails: () => true });
    await send(channel, "slow");
    await until(() => expect(first.handled).toEqual(["slow"]));
    const second = startConsumer(channel);
    await send(channel, "next");
    await until(() => expect([...first.handled, ...second.handled]).toContain("next"));
    expect([...first.handled, ...second.handled].sort()).toEqual(["next", "slow"]);
  });

  it("sets aside at once what is not a message, and goes on", async () => {
    const channel = newChannel();
    const { handled } = startConsumer(channel);
    const key = channel.key({});
    await deps.redis.xadd(key, "*", "data", "{not json");
    await deps.redis.xadd(key, "*", "data", '{"name":7}');
    await deps.redis.xadd(key, "*", "other", "x");
    await send(channel, "good");
    await until(async () => {
      expect(handled).toEqual(["good"]);
      expect(await buried(channel)).toHaveLength(3);
      expect(await pendingCount(channel)).toBe(0);
    });
    const dead = await buried(channel);
    expect(dead.map(({ data }) => data).sort()).toEqual(["", '{"name":7}', "{not json"]);
    expect(dead.find(({ data }) => data === '{"name":7}')?.reason).toMatch(/^name: /);
    expect(dead.every(({ reason }) => reason !== "")).toBe(true);
  });

  it("makes its group again after Redis lost the stream, and misses nothing written meanwhile", async () => {
    const channel = newChannel();
    const { handled } = startConsumer(channel);
    await send(channel, "before");
    await until(() => expect(handled).toEqual(["before"]));
    await deps.redis.del(channel.key({}));
    await send(channel, "after");
    await until(() => expect(handled).toEqual(["before", "after"]));
    const raw = (await deps.redis.xrange(channel.key({}), "-", "+")) as [string, string[]][];
    expect(toEntries(raw)).toHaveLength(1);
  });
});
