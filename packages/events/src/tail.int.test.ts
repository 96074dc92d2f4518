import { newId } from "@djinnbot/contracts";
import { type TestDeps, testDeps } from "@djinnbot/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { Channel } from "./channel.ts";
import { tenantKeys } from "./keys.ts";
import { publish, publishOnce } from "./publish.ts";
import { createRedis } from "./redis.ts";
import { type Entry, Tailer, toEntries } from "./tail.ts";

let deps: TestDeps;
let tailer: Tailer;
beforeAll(async () => {
  deps = await testDeps();
  const redis = createRedis(deps.backends.redisUrl, { log: deps.log, name: "tail", blocking: true });
  tailer = new Tailer({ redis, control: deps.redis, log: deps.log });
});
afterAll(() => tailer.close());

const channel: Channel<{ tenantId: string }> = {
  name: "test",
  key: ({ tenantId }) => tenantKeys.events(tenantId),
  schema: z.object({ n: z.number() }),
  maxLength: 10_000,
};
function newStream() {
  const address = { tenantId: newId("tenant") };
  const key = channel.key(address);
  return { ...address, key, send: (n: number) => publish(deps.redis, channel, address, { n }) };
}
const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 10 });

/** Subscribes and keeps the numbers that arrive. */
async function listen(key: string, from: string) {
  const got: number[] = [];
  const take = (entries: readonly Entry[]) => got.push(...entries.map(({ data }) => JSON.parse(data).n as number));
  return { got, stop: await tailer.subscribe(key, from, take) };
}

describe("Tailer", () => {
  it("gives a late subscriber everything once and in order, while the stream goes on", async () => {
    const { key, send } = newStream();
    const first = await listen(key, "0");
    // More than one page of the late subscriber's own reading.
    await Promise.all(count(1, 2500).map(send));
    const writing = Promise.all(count(2501, 3000).map(send));
    const late = await listen(key, "0");
    await writing;
    const last = await listen(key, "$");
    await send(3001);
    await until(() => {
      for (const { got } of [first, late, last]) {
        expect(got.at(-1)).toBe(3001);
      }
    });
    expect(first.got).toEqual(count(1, 3001));
    expect(late.got).toEqual(count(1, 3001));
    expect(last.got).toEqual([3001]);
  });

  it("goes on after the entry a subscriber saw last", async () => {
    const { key, send } = newStream();
    await send(1);
    const seen = await send(2);
    await send(3);
    const { got } = await listen(key, seen);
    await send(4);
    await until(() => expect(got).toEqual([3, 4]));
  });

  it("reads several streams, also one that is added while it waits or does not exist yet", async () => {
    const [a, b] = [newStream(), newStream()];
    const ofA = await listen(a.key, "$");
    const ofB = await listen(b.key, "$");
    await Promise.all([a.send(1), b.send(2)]);
    await until(() => {
      expect(ofA.got).toEqual([1]);
      expect(ofB.got).toEqual([2]);
    });
  });

  it("stops for the one who leaves only, and starts anew for who comes back", async () => {
    const { key, send } = newStream();
    const [leaving, staying] = [await listen(key, "$"), await listen(key, "$")];
    await send(1);
    await until(() => expect([leaving.got, staying.got]).toEqual([[1], [1]]));
    leaving.stop();
    const seen = await send(2);
    await until(() => expect(staying.got).toEqual([1, 2]));
    staying.stop();
    await send(3);
    const back = await listen(key, seen);
    await send(4);
    await until(() => expect(back.got).toEqual([3, 4]));
    expect(leaving.got).toEqual([1]);
    expect(staying.got).toEqual([1, 2]);
  });

  it("keeps the others going when a listener throws", async () => {
    const { key, send } = newStream();
    await tailer.subscribe(key, "$", () => {
      throw new Error("broken listener");
    });
    const { got } = await listen(key, "$");
    await send(1);
    await send(2);
    await until(() => expect(got).toEqual([1, 2]));
  });
});

describe("publishOnce", () => {
  it("appends to all streams in order, once per marker also at the same moment", async () => {
    const [a, b] = [newStream(), newStream()];
    const entry = (key: string, n: number) => ({ key, maxLength: 100, message: { n } });
    const entries = [entry(a.key, 1), entry(b.key, 2), entry(a.key, 3)];
    const once = (marker: string) => publishOnce(deps.redis, { marker, entries });
    const marker = tenantKeys.published(a.tenantId, newId("event"));
    const answers = await Promise.all(count(1, 5).map(() => once(marker)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await once(marker)).toBe(false);
    const read = async (key: string) =>
      toEntries((await deps.redis.xrange(key, "-", "+")) as [string, string[]][]).map(({ data }) => JSON.parse(data).n);
    expect(await read(a.key)).toEqual([1, 3]);
    expect(await read(b.key)).toEqual([2]);
    expect(await once(tenantKeys.published(a.tenantId, newId("event")))).toBe(true);
    expect(await read(a.key)).toEqual([1, 3, 1, 3]);
  });
});
