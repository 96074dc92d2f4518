import { expect, test } from "vitest";
import { activityOf } from "./activity.ts";

type Known = Parameters<typeof activityOf>[0];
const idle = { state: "idle", toolName: null } as const;
const known = (entry: Partial<Known["entry"]>, more: Partial<Known> = {}): Known => ({
  entry: { kind: "agent", status: "running", stepId: "PLAN", attempt: 1, activity: idle, ...entry },
  ...{ runStatus: "running", items: [], delegations: [], branches: [] },
  ...more,
});
const tool = (name: string, state: "done" | "error" = "done") =>
  ({ kind: "tool", id: name, at: 1, callId: name, name, args: null, result: "", state, durationMs: 1 }) as const;

test("what is waited for is told, and waiting for a person is no work", () => {
  const tasks = ["completed", "running", "pending"].map((status) => ({ status }));
  const delegations = [{ stepId: "PLAN", attempt: 1, tasks }] as unknown as Known["delegations"];
  expect(activityOf(known({ status: "waiting" }, { delegations }))).toEqual({
    text: "Waiting for 2 executors",
    busy: true,
    tab: "executors",
  });
  expect(activityOf(known({ status: "waiting", kind: "approval" }))).toEqual({
    text: "Waiting for your decision",
    busy: false,
  });
  const branches = [{ completedAt: null }, { completedAt: 5 }] as unknown as Known["branches"];
  expect(activityOf(known({ status: "waiting", kind: "parallel" }, { branches })).text).toBe("Waiting for 1 branch");
  expect(activityOf(known({ status: "queued" }, { runStatus: "paused" }))).toEqual({ text: "Paused", busy: false });
});

test("after the agent has said that it is done, the step is being finished", () => {
  expect(activityOf(known({}, { items: [tool("complete")] })).text).toBe("Finishing the step");
  expect(activityOf(known({}, { items: [tool("complete", "error")] })).text).toBe("Waiting for the model");
  expect(activityOf(known({}, { items: [tool("complete"), tool("bash")] })).text).toBe("Waiting for the model");
  const using = { state: "tool_calling", toolName: "bash" } as const;
  expect(activityOf(known({ activity: using })).text).toBe("Using bash");
});
