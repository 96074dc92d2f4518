import { expect, test } from "vitest";
import { testBed } from "./test/bed.ts";

const bed = await testBed();

const three = `
id: PIPELINE
name: Three steps
version: "1"
agents:
  - id: finn
  - id: yuki
steps:
  - id: DESIGN
    agent: finn
    input: "Design {{task_description}}"
    outputs: [design]
    onComplete: PLAN
  - id: PLAN
    agent: finn
    input: "Plan {{design}}"
    outputs: [plan]
    onComplete: BUILD
  - id: BUILD
    agent: yuki
    input: "Build {{plan}}"
    outputs: [summary]
`;

test("a pipeline of three steps runs to its end", async () => {
  const tenant = await bed.tenant();
  const host = bed.host(async (command) => ({
    outcome: "completed",
    outputs: Object.fromEntries(command.outputs.map((key) => [key, `${key} done`])),
    summary: "fine",
  }));
  bed.engine(host);
  const runId = await bed.start(tenant, three);
  const run = await bed.ended(tenant, runId);
  expect(run.failure).toBeNull();
  expect(run.status).toBe("completed");
  expect(run.outputs).toEqual({ design: "design done", plan: "plan done", summary: "summary done" });
  expect(run.steps.map((step) => [step.stepId, step.status, step.attempt])).toEqual([
    ["DESIGN", "completed", 1],
    ["PLAN", "completed", 1],
    ["BUILD", "completed", 1],
  ]);
  expect(run.stepsCompleted).toBe(3);
});
