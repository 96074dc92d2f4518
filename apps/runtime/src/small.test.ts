// The small parts: bounds, cursor, loop breaker, narration.
import { expect, test } from "vitest";
import { boundedJson, headAndTail } from "./bound.ts";
import { Cursor } from "./link.ts";
import { createBreaker } from "./loop-breaker.ts";
import { NarrationQueue, narrateStep } from "./narrator.ts";

test("headAndTail never exceeds its bound and keeps both ends", () => {
  const text = `start${"x".repeat(100_000)}end`;
  const cut = headAndTail(text, 1000);
  expect(cut.length).toBeLessThanOrEqual(1000);
  expect(cut.startsWith("start")).toBe(true);
  expect(cut.endsWith("end")).toBe(true);
  expect(headAndTail("short", 1000)).toBe("short");
});

test("bounded JSON stays JSON", () => {
  const big = { content: "y".repeat(50_000), list: Array.from({ length: 1000 }, () => "z".repeat(500)) };
  for (const value of [big, "text", null, { a: 1 }]) {
    const text = boundedJson(value, { maxString: 4000, maxTotal: 60_000 });
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(() => JSON.parse(text)).not.toThrow();
  }
});

test("a cursor that starts again skips what it saw, also when the stream counts from an earlier time", () => {
  const cursor = new Cursor("5-0");
  expect([cursor.take("6-0"), cursor.take("7-0"), cursor.at]).toEqual([true, true, "7-0"]);
  cursor.rewind();
  expect(cursor.at).toBe("5-0");
  expect([cursor.take("6-0"), cursor.take("6-1")]).toEqual([false, true]);
});

test("the breaker warns, then stops; alternating calls are noticed, different ones are not", () => {
  const same = createBreaker();
  const notes = Array.from({ length: 5 }, (_, index) => same.note("read", index % 2 ? { a: 1, b: 2 } : { b: 2, a: 1 }));
  expect(notes.slice(0, 2)).toEqual([{ warn: null }, { warn: null }]);
  expect(notes[2]).toEqual({ warn: expect.stringContaining("3 times") });
  expect(notes[4]).toHaveProperty("stop");
  const some = createBreaker();
  const mixed = Array.from({ length: 12 }, (_, index) => some.note(index % 3 === 2 ? "ls" : "read", {}));
  expect(mixed.some((note) => "stop" in note)).toBe(true);
  const free = createBreaker();
  expect(Array.from({ length: 50 }, (_, index) => free.note("read", { index })).every((note) => "warn" in note)).toBe(
    true,
  );
});

test("narration is coalesced, keeps order, and an outage costs the oldest with a note", async () => {
  let away = true;
  const sent: { type: string; chunk?: string }[] = [];
  const queue = new NarrationQueue(async (messages) => {
    if (away) {
      return 0;
    }
    sent.push(...(messages as typeof sent));
    return messages.length;
  });
  const step = { tenantId: "ten_abcdef", runId: "run_abcdef", requestId: "r", stepId: "S", attempt: 1 };
  const narrator = narrateStep({ queue, ...step });
  for (let index = 0; index < 3000; index += 1) {
    narrator.say({ type: "AGENT_STATE", state: "thinking", toolName: `${index}` });
  }
  narrator.output("a");
  narrator.output("b");
  narrator.thinking("c");
  narrator.output("x".repeat(120_000));
  narrator.flush();
  away = false;
  await queue.drain(5000);
  expect(sent.length).toBeLessThanOrEqual(2000);
  expect(sent[0]?.chunk).toMatch(/\[\d+ live messages were lost/);
  const lost = Number(/\d+/.exec(sent[0]?.chunk ?? "")?.[0]);
  expect(lost + sent.length - 1).toBe(3005);
  expect(sent.slice(-5).map(({ type, chunk }) => `${type} ${chunk?.length}`)).toEqual([
    "STEP_OUTPUT 2",
    "STEP_THINKING 1",
    "STEP_OUTPUT 50000",
    "STEP_OUTPUT 50000",
    "STEP_OUTPUT 20000",
  ]);
});
