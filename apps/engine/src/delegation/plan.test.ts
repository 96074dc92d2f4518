import type { DelegatedTaskStatus } from "@djinnbot/contracts";
import { expect, test } from "vitest";
import { planTasks } from "./plan.ts";

const task = (key: string, status: DelegatedTaskStatus, ...dependencies: string[]) => ({
  ...{ key, status, dependencies, evaluation: false },
});

test("tasks start in order, as many as may run at once, once all they build on is completed", () => {
  const tasks = [task("a", "pending"), task("b", "pending"), task("c", "pending"), task("d", "pending", "a")];
  expect(planTasks(tasks, 2)).toEqual({ start: ["a", "b"], skip: [], over: false });
  const later = [task("a", "completed"), task("b", "running"), task("c", "pending"), task("d", "pending", "a", "b")];
  expect(planTasks(later, 3).start).toEqual(["c"]);
  expect(planTasks(later, 1).start).toEqual([]);
  expect(planTasks([task("a", "completed"), task("d", "pending", "a")], 1).start).toEqual(["d"]);
});

test("what builds on something lost is skipped, and what builds on that too; the rest goes on", () => {
  const tasks = [task("a", "failed"), task("c", "pending", "b"), task("b", "pending", "a"), task("x", "pending")];
  expect(planTasks(tasks, 3)).toEqual({
    start: ["x"],
    skip: [
      { key: "b", error: "It builds on a, which failed." },
      { key: "c", error: "It builds on b, which was skipped." },
    ],
    over: false,
  });
  expect(planTasks([task("a", "cancelled"), task("b", "pending", "a")], 3).over).toBe(true);
});

test("approaches are compared when all are over and one completed", () => {
  const judge = { ...task("evaluation", "pending", "a", "b"), evaluation: true };
  expect(planTasks([task("a", "completed"), task("b", "running"), judge], 2).start).toEqual([]);
  expect(planTasks([task("a", "completed"), task("b", "failed"), judge], 2).start).toEqual(["evaluation"]);
  expect(planTasks([task("a", "failed"), task("b", "cancelled"), judge], 2)).toMatchObject({ start: [], over: true });
});
