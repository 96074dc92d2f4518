import { expect, test } from "vitest";
import { agentsOf, emptyNewRun, missingAgents, NewRun, toCreate } from "./new-run-schema.ts";

test("empty inputs count as left out", () => {
  const parsed = NewRun.parse({ ...emptyNewRun, pipelineId: "bugfix", task: " Fix it " });
  expect(toCreate(parsed)).toEqual({ pipelineId: "bugfix", task: "Fix it" });
});

test("a budget travels in micro-dollars and tokens", () => {
  const values = { ...emptyNewRun, pipelineId: "bugfix", task: "x", budgetDollars: "$1.5", budgetTokens: "20k" };
  expect(toCreate(NewRun.parse(values)).budget).toEqual({ costMicros: 1_500_000, tokens: 20_000 });
  expect(NewRun.safeParse({ ...values, budgetDollars: "much" }).success).toBe(false);
});

test("a missing pipeline and task are said in words", () => {
  const parsed = NewRun.safeParse(emptyNewRun);
  expect(parsed.error?.issues.map((issue) => issue.message)).toEqual(["Choose a pipeline", "Say what should be done"]);
});

test("the operation's own rules hold", () => {
  expect(NewRun.safeParse({ ...emptyNewRun, pipelineId: "a", task: "x", baseBranch: "a b" }).success).toBe(false);
  expect(NewRun.safeParse({ ...emptyNewRun, pipelineId: "a", task: "x", modelOverride: "gpt" }).success).toBe(false);
});

test("agents come once, in order; the missing ones are told apart by whether they can be cloned", () => {
  const needed = agentsOf({ steps: [{ agent: "tester" }, { agent: "engineer" }, { agent: "tester" }, { agent: 3 }] });
  expect(needed).toEqual(["tester", "engineer"]);
  expect(missingAgents([...needed, "ghost"], [{ id: "agt_1", slug: "tester" }], [{ slug: "engineer" }])).toEqual({
    missing: ["engineer", "ghost"],
    clonable: ["engineer"],
  });
});
