import type { Step } from "@djinnbot/contracts";
import { expect, test } from "vitest";
import { buildTimeline, defaultEntry, findEntry, liveStatus, turnWords } from "./timeline.ts";
import { type AttemptModel, emptyRun, type RunModel } from "./transcript-model.ts";

const step = (stepId: string, attempt: number, status: Step["status"]): Step => ({
  id: `row_${stepId}_${attempt}`,
  runId: "run_aaaaaa",
  stepId,
  attempt,
  kind: "agent",
  agentId: "engineer",
  agentName: "Engineer",
  agentEmoji: null,
  status,
  inputs: {},
  outputs: {},
  summary: null,
  error: null,
  failure: null,
  retryCount: 0,
  maxRetries: 3,
  sessionId: null,
  commitHash: null,
  commitMessage: null,
  modelUsed: null,
  humanContext: null,
  costMicros: 0,
  inputTokens: 0,
  outputTokens: 0,
  queuedAt: 1,
  startedAt: null,
  completedAt: null,
});
const told = (stepId: string, attempt: number, status: AttemptModel["status"]): AttemptModel => ({
  key: `${stepId}.${attempt}`,
  stepId,
  attempt,
  agentId: "tester",
  sessionId: null,
  model: null,
  status,
  queuedAt: null,
  startedAt: 5,
  endedAt: null,
  outputs: {},
  summary: null,
  commitHash: null,
  failure: null,
  feedback: null,
  activity: { state: "thinking", toolName: null },
  items: [],
});
const model = (...attempts: AttemptModel[]): RunModel => ({
  ...emptyRun,
  order: attempts.map((attempt) => attempt.key),
  attempts: Object.fromEntries(attempts.map((attempt) => [attempt.key, attempt])),
});

test("the further state wins, whichever side knows it", () => {
  const timeline = buildTimeline(
    [step("A", 1, "completed"), step("B", 1, "queued")],
    model(told("A", 1, "running"), told("B", 1, "running")),
  );
  expect(timeline.map((entry) => entry.status)).toEqual(["completed", "running"]);
  expect(timeline[0]?.activity).toBeNull();
  expect(timeline[1]?.activity?.state).toBe("thinking");
});

test("executions that only events know of are appended", () => {
  const timeline = buildTimeline([step("A", 1, "completed")], model(told("A", 2, "running")));
  expect(timeline.map((entry) => entry.key)).toEqual(["A.1", "A.2"]);
});

test("the one to look at is what runs, else what failed, else the last", () => {
  const done = [step("A", 1, "failed"), step("B", 1, "completed")];
  expect(defaultEntry(buildTimeline([...done, step("C", 1, "running")], emptyRun), "running")?.key).toBe("C.1");
  expect(defaultEntry(buildTimeline(done, emptyRun), "failed")?.key).toBe("A.1");
  expect(defaultEntry(buildTimeline(done, emptyRun), "completed")?.key).toBe("B.1");
  expect(defaultEntry([], "pending")).toBeNull();
});

test("steps of the pipeline that have not begun follow in its order, and are never the one to look at", () => {
  const plan = ["A", "B", "C"].map((stepId) => ({
    stepId,
    agentId: "engineer",
    kind: "agent" as const,
    outputs: stepId === "C" ? ["report"] : [],
    results: [],
  }));
  const timeline = buildTimeline([step("A", 1, "completed"), step("A", 2, "completed")], emptyRun, plan);
  expect(timeline.map(({ key, planned }) => [key, planned])).toEqual([
    ["A.1", false],
    ["A.2", false],
    ["B.1", true],
    ["C.1", true],
  ]);
  expect(timeline.map(({ declared }) => declared)).toEqual([[], [], [], ["report"]]);
  expect(defaultEntry(timeline, "running")?.key).toBe("A.2");
  expect(defaultEntry(buildTimeline([], emptyRun, plan), "pending")).toBeNull();
});

test("an address without attempt means the latest", () => {
  const timeline = buildTimeline([step("A", 1, "failed"), step("A", 2, "completed")], emptyRun);
  expect(findEntry(timeline, "A")?.key).toBe("A.2");
  expect(findEntry(timeline, "A.1")?.key).toBe("A.1");
  expect(findEntry(timeline, "Z.1")).toBeNull();
});

test("an event counts only when it is newer than the row", () => {
  const heard: RunModel = { ...emptyRun, status: "running", statusAt: 10 };
  expect(liveStatus({ status: "completed", updatedAt: 11 }, heard)).toBe("completed");
  expect(liveStatus({ status: "pending", updatedAt: 9 }, heard)).toBe("running");
});

test("after a completed execution comes a round, after a failed one an attempt, and results say which way was taken", () => {
  const plan = [
    { stepId: "REVIEW", agentId: "r", kind: "agent" as const, outputs: [], results: ["APPROVED", "CHANGES_REQUESTED"] },
  ];
  const review = { ...step("REVIEW", 1, "completed"), outputs: { notes: "x", verdict: " changes_requested\n" } };
  const timeline = buildTimeline(
    [
      review,
      step("REVIEW", 2, "failed"),
      { ...step("REVIEW", 3, "completed"), retryCount: 1, outputs: { verdict: "APPROVED" } },
      step("TEST", 1, "completed"),
    ],
    emptyRun,
    plan,
  );
  expect(timeline.map((entry) => [turnWords(entry), entry.outcome, entry.status])).toEqual([
    ["", "changes requested", "completed"],
    ["round 2", null, "retrying"],
    ["round 2, attempt 2", "approved", "completed"],
    ["", null, "completed"],
  ]);
});

test("what no agent does takes its time from when it was reached, and words for the model are no note", () => {
  const gate = { ...step("GATE", 1, "waiting"), kind: "approval" as const };
  const again = { ...step("A", 2, "running"), humanContext: "[RETRY 1/3] Previous attempt failed: x" };
  const [first, second] = buildTimeline([gate, again], emptyRun);
  expect([first?.startedAt, second?.startedAt, second?.note]).toEqual([1, null, null]);
});
