import type { Delegation, RunDetail } from "@djinnbot/contracts";
import { expect, test } from "vitest";
import { axisOf, barsOf, modelSpans, place } from "./bars.ts";

const step = (stepId: string, attempt: number, times: [number, number, number | null], extra: object = {}) => ({
  ...{ id: `run_a_${stepId}_${attempt}`, stepId, attempt, status: "completed", agentName: "Ada", inputs: {} },
  ...{ queuedAt: times[0], startedAt: times[1], completedAt: times[2], costMicros: 5, inputTokens: 1, outputTokens: 2 },
  ...extra,
});
const run = {
  steps: [
    step("PLAN", 1, [0, 1000, 4000]),
    step("BUILD", 2, [4000, 5000, 9000], { inputs: { loop: { item: "roof", index: 1 } } }),
    step("SPLIT", 1, [9000, 9000, null], { agentName: null, status: "waiting" }),
  ],
  branches: [
    {
      runId: "run_b",
      branch: "TESTS",
      parentStep: "run_a_SPLIT_1",
      status: "running",
      startedAt: 9500,
      completedAt: null,
    },
  ],
} as unknown as RunDetail;
const swarm = {
  ...{ stepId: "PLAN", attempt: 1, createdAt: 1500 },
  tasks: [
    { runId: "run_t", title: "Walls", status: "completed", workStartedAt: 2000, workCompletedAt: 3000, costMicros: 7 },
  ],
} as unknown as Delegation;
const keyOf = (stepId: string, attempt: number) => ({
  key: `${stepId}.${attempt}`,
  turn: attempt > 1 ? `round ${attempt}` : "",
});

test("each execution is followed by what it started", () => {
  const bars = barsOf(run, [swarm], keyOf);
  expect(bars.map(({ label, depth, detail }) => [label, depth, detail])).toEqual([
    ["PLAN", 0, "Ada"],
    ["Walls", 1, "executor"],
    ["BUILD", 0, "Ada · round 2 · item 2: roof"],
    ["SPLIT", 0, null],
    ["TESTS", 1, "branch"],
  ]);
  expect(bars[1]?.open).toEqual({ run: "run_t" });
  expect(bars[2]?.open).toEqual({ step: "BUILD.2" });
});

test("the model's share of an execution is what was asked during it", () => {
  const [plan, build, split, branch] = barsOf(run, [], keyOf);
  const call = (stepId: string | null, createdAt: number, durationMs: number | null) => ({
    stepId,
    createdAt,
    durationMs,
  });
  const calls = [call("PLAN", 3000, 1500), call("PLAN", 1200, 500), call("PLAN", 9000, 10), call("BUILD", 6000, null)];
  expect(plan && modelSpans(plan, calls)).toEqual([
    { from: 1500, to: 3000 },
    { from: 1000, to: 1200 },
  ]);
  expect(build && modelSpans(build, calls)).toEqual([{ from: 6000, to: 6000 }]);
  expect(split && modelSpans(split, [...calls, call(null, 9500, 5)])).toEqual([]);
  expect(branch && modelSpans(branch, [call("TESTS", 9600, 50)])).toEqual([]);
});

test("the axis goes on while something runs, with few round ticks", () => {
  const bars = barsOf(run, [], keyOf);
  expect(axisOf(bars, 20_000)).toEqual({ from: 0, to: 20_000, ticks: [5000, 10_000, 15_000, 20_000] });
  expect(axisOf(bars.slice(0, 2), 20_000)?.to).toBe(9000);
  expect(axisOf([], 5)).toBeNull();
  const axis = axisOf(bars, 20_000);
  expect(axis && [place(axis, 5000), place(axis, 99_000)]).toEqual([25, 100]);
  expect(axisOf([{ ...bars[0], startedAt: 0, endedAt: 10 ** 10 } as never], null)?.ticks.length).toBeLessThan(30);
});

test("a gate that has waited for a quarter of an hour reaches to now", () => {
  const gate = step("GATE", 1, [5000, 0, null], { kind: "approval", status: "waiting", startedAt: null });
  const [bar] = barsOf({ ...run, steps: [gate], branches: [] } as never, [], keyOf);
  expect(bar).toMatchObject({ startedAt: 5000, endedAt: null });
  expect(bar && axisOf([bar], 905_000)).toMatchObject({ from: 5000, to: 905_000 });
});
