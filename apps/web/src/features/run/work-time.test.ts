import { expect, test } from "vitest";
import { workTime } from "./work-time.ts";

const span = (startedAt: number | null, completedAt: number | null) => ({ startedAt, completedAt });
const of = (steps: ReturnType<typeof span>[], branches: ReturnType<typeof span>[] = []) =>
  workTime({ steps, branches });

test("the time between a failure and the restart does not count", () => {
  expect(of([span(0, 2600), span(1_096_000, 1_096_400)])).toEqual({ ms: 3000, since: null });
});

test("what overlaps counts once, and what has not begun does not count", () => {
  expect(of([span(0, 1000), span(null, null)], [span(500, 3000), span(600, 2000)])).toEqual({ ms: 3000, since: null });
  expect(of([span(null, 9)])).toBeNull();
});

test("what works now goes on", () => {
  expect(of([span(0, 1000), span(5000, null)])).toEqual({ ms: 1000, since: 5000 });
});
