import { expect, test } from "vitest";
import { completeAt } from "./completion.ts";

const text = `id: feature
name: Feature
agents:
  - id: architect
  - { id: engineer }
steps:
  - id: PLAN
    agent: architect
    input: |
      Write what
    outputs: [tasks, plan]
    onComplete: BUILD
  - id: BUILD
    agent: engineer
    loop:
      over: tasks
    onResult:
      PASS: { goto: END }
      FAIL:
        goto: PLAN
`;
/** Labels at the end of the text, or after the first `marker` in it. */
const labels = (source: string) => completeAt(source, source.length)?.options.map(({ label }) => label) ?? null;

test("keys of a mapping, without those it has", () => {
  expect(labels("id: x\nna")).toEqual(expect.arrayContaining(["name", "agents", "steps", "defaults"]));
  expect(labels("id: x\nna")).not.toContain("id");
  const step = labels(`${text}  - id: END\n    `);
  expect(step).toEqual(expect.arrayContaining(["agent", "input", "onResult", "approval", "parallel", "budget"]));
  expect(step).not.toContain("id");
  expect(labels(`${text}  - `)).toContain("id");
  expect(labels(`${text}    loop:\n      `)).toEqual(["over", "onEachComplete", "onAllComplete"]);
  expect(labels(`${text}      OTHER:\n        `)).toEqual(expect.arrayContaining(["goto", "retry", "notify"]));
  expect(completeAt("id: x\nna", 8)).toMatchObject({ from: 6 });
});

test("values: constants of the schema, and what the text itself names", () => {
  expect(labels(`${text}    onComplete: `)).toEqual(["PLAN", "BUILD"]);
  expect(labels(`${text}        goto: PL`)).toEqual(["PLAN", "BUILD"]);
  expect(labels(`${text}    agent: `)).toEqual(["architect", "engineer"]);
  expect(labels(`${text}    outputMethod: `)).toEqual(["response_format", "tool_use"]);
  expect(labels(`${text}        retry: `)).toEqual(["true", "false"]);
  expect(labels(`${text}    loop:\n      over: `)).toEqual(["tasks", "plan"]);
  expect(labels("defaults:\n  tools: [read, sw")).toContain("swarm_execute");
  expect(labels("defaults:\n  tools:\n    - ")).toContain("bash");
  expect(labels(`${text}    parallel:\n      branches: [PLAN, `)).toEqual(["PLAN", "BUILD"]);
  expect(labels(`${text}    parallel:\n      join: `)).toEqual(["all", "any"]);
});

test("nothing inside of a text, a comment or an unknown place", () => {
  expect(labels("steps:\n  - id: A\n    input: |\n      agen")).toBeNull();
  expect(labels("id: x # na")).toBeNull();
  expect(labels("nonsense:\n  ")).toBeNull();
  expect(labels("id: some words here")).toBeNull();
});
