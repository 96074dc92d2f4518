import { expect, test } from "vitest";
import { type LoggedEvent, toldOnce, withoutOverlap } from "./overlap.ts";

let at = 0;
const event = (type: string, chunk?: string, stepId = "FIX"): LoggedEvent => {
  at += 1;
  return { type, stepId, attempt: 1, timestamp: at, streamId: `${at}-0`, ...(chunk === undefined ? {} : { chunk }) };
};
const texts = (events: LoggedEvent[]) => events.map(({ chunk }) => chunk);

test("what the stream tells again is taken off the last stored text", () => {
  const stored = [event("STEP_OUTPUT", "before"), event("STEP_OUTPUT", "one two three ")];
  const live = [event("STEP_OUTPUT", "two "), event("STEP_OUTPUT", "three "), event("TOOL_CALL_START")];
  expect(texts(withoutOverlap(stored, live))).toEqual(["before", "one "]);
});

test("a text that was cut off at the longest stored one goes on in the stream", () => {
  const stored = [event("STEP_OUTPUT", "one two ")];
  const live = [event("STEP_OUTPUT", "two "), event("STEP_OUTPUT", "three ")];
  expect(texts(withoutOverlap(stored, live))).toEqual(["one "]);
});

test("other steps, other kinds and texts that are only alike leave it as it is", () => {
  const stored = [event("STEP_OUTPUT", "one two ")];
  expect(texts(withoutOverlap(stored, [event("STEP_OUTPUT", "two ", "REVIEW")]))).toEqual(["one two "]);
  expect(texts(withoutOverlap(stored, [event("STEP_THINKING", "two ")]))).toEqual(["one two "]);
  expect(texts(withoutOverlap(stored, [event("STEP_OUTPUT", "two, three")]))).toEqual(["one two "]);
  expect(texts(withoutOverlap([event("TOOL_CALL_END")], [event("STEP_OUTPUT", "x")]))).toEqual([undefined]);
  expect(withoutOverlap([], [])).toEqual([]);
});

test("a message that was sent twice is told once, also when others came in between", () => {
  const event = (id: string | undefined, streamId: string) => ({ id, streamId, timestamp: 1 });
  const events = [
    event("a", "1-0"),
    event("b", "2-0"),
    event("a", "3-0"),
    event(undefined, "4-0"),
    event(undefined, "5-0"),
  ];
  expect(toldOnce(events).map(({ streamId }) => streamId)).toEqual(["1-0", "2-0", "4-0", "5-0"]);
});
