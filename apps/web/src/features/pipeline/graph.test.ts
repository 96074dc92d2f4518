import { expect, test } from "vitest";
import { layOut, roundedPath } from "./elk-layout.ts";
import { buildGraph, END_ID, START_ID } from "./graph.ts";
import { readOutline, stepAtLine } from "./outline.ts";

const TEXT = `id: bugfix
name: Bugfix
agents:
  - id: engineer
    name: Engineer
  - id: tester
steps:
  - id: REPRODUCE
    agent: tester
    outputs: [reproduction, root_cause]
    onComplete: FIX
  - id: FIX
    agent: engineer
    onComplete: VALIDATE

  - id: VALIDATE
    agent: tester
    onResult:
      PASS: {}
      OK:
      FAIL:
        goto: FIX
      FLAKY:
        retry: true
`;
const outline = (text = TEXT) => {
  const read = readOutline(text);
  if (!read) throw new Error("not readable");
  return read;
};
const ways = (text?: string) =>
  buildGraph(outline(text)).edges.map((edge) => `${edge.id} ${edge.label}${edge.back ? " back" : ""}`.trim());

test("reads steps with their lines, agents with their names", () => {
  expect(outline().steps.map((step) => [step.id, step.line, step.endLine])).toEqual([
    ["REPRODUCE", 8, 11],
    ["FIX", 12, expect.any(Number)],
    ["VALIDATE", 16, 24],
  ]);
  expect(outline().agents).toEqual([
    { id: "engineer", name: "Engineer" },
    { id: "tester", name: "tester" },
  ]);
});

test("a line belongs to the step around it", () => {
  expect(stepAtLine(outline(), 13)?.id).toBe("FIX");
  expect(stepAtLine(outline(), 22)?.id).toBe("VALIDATE");
  expect(stepAtLine(outline(), 3)).toBeNull();
});

test("edges follow the routing rules", () => {
  expect(ways()).toEqual([
    `${START_ID}→REPRODUCE`,
    "REPRODUCE→FIX",
    "FIX→VALIDATE",
    `VALIDATE→${END_ID} PASS, OK`,
    "VALIDATE→FIX FAIL back",
    "VALIDATE→VALIDATE FLAKY: retry back",
  ]);
});

test("completion beside results is what happens otherwise; a matching result without a way goes there too", () => {
  const text =
    "steps:\n  - {id: A, agent: x, onComplete: B, onResult: {NO: {goto: A}, YES: {}}}\n  - {id: B, agent: x}\n";
  expect(ways(text)).toEqual([`${START_ID}→A`, "A→A NO back", "A→B YES, otherwise", `B→${END_ID}`]);
});

const WHOLE = `steps:
  - { id: PLAN, agent: a, onComplete: GATE }
  - { id: GATE, approval: { message: x }, onResult: { APPROVED: { goto: BUILD }, REJECTED: { goto: PLAN } } }
  - { id: BUILD, agent: a, loop: { over: t, onEachComplete: CHECK, onAllComplete: SPLIT }, onFailure: MEND }
  - { id: CHECK, agent: a, onResult: { PASS: { continueLoop: true }, FAIL: { goto: BUILD } } }
  - { id: SPLIT, parallel: { branches: [ONE, TWO] }, onComplete: END }
  - { id: ONE, agent: a }
  - { id: TWO, agent: a, onComplete: MORE }
  - { id: MORE, agent: a }
  - { id: MEND, agent: a, onComplete: BUILD }
  - { id: END, agent: a }
`;

test("loops, gates, branches and ways on from failures are drawn, and nothing of them is called unreachable", () => {
  expect(ways(WHOLE)).toEqual([
    `${START_ID}→PLAN`,
    "PLAN→GATE",
    "GATE→BUILD APPROVED",
    "GATE→PLAN REJECTED back",
    "BUILD→CHECK each item",
    "BUILD→SPLIT all done",
    "BUILD→MEND on failure",
    "CHECK→BUILD PASS: next item, FAIL back",
    "SPLIT→ONE branch",
    "SPLIT→TWO branch",
    "ONE→END",
    "TWO→MORE",
    "MORE→END",
    "MEND→BUILD  back",
    `END→${END_ID}`,
  ]);
  const { nodes } = buildGraph(outline(WHOLE));
  expect(nodes.filter((node) => node.kind === "step" && !node.reachable)).toEqual([]);
  expect(nodes.find((node) => node.id === "GATE")).toMatchObject({ doer: "approval", agentName: "A person" });
});

test("a loop without a body does its next item by itself", () => {
  expect(ways("steps:\n  - {id: A, agent: x, loop: {over: l}}\n  - {id: B, agent: x}\n")).toEqual([
    `${START_ID}→A`,
    "A→A next item back",
    `A→${END_ID} all done`,
    `B→${END_ID}`,
  ]);
});

test("a step that no way leads to is marked, one that does not exist stands in as missing", () => {
  const { nodes } = buildGraph(outline("steps:\n  - {id: A, agent: x, onComplete: NOPE}\n  - {id: B, agent: x}\n"));
  expect(nodes.find((node) => node.id === "B")).toMatchObject({ reachable: false });
  expect(nodes.find((node) => node.id === "NOPE")).toMatchObject({ kind: "missing" });
});

test("half-written text is read as far as it goes", () => {
  expect(readOutline("just words")).toBeNull();
  expect(readOutline("")).toBeNull();
  expect(
    outline("steps:\n  - id: A\n    agent:\n  - agent: x\n  - id: A\n  - oops\n").steps.map((step) => step.id),
  ).toEqual(["A"]);
  expect(outline('id: "open\nsteps:\n  - id: A').id).toBeTypeOf("string");
});

test("every node and edge gets a place", async () => {
  const graph = buildGraph(outline());
  const placement = await layOut(graph);
  for (const node of graph.nodes) {
    expect(placement.nodes.get(node.id)).toBeDefined();
  }
  for (const edge of graph.edges) {
    const placed = placement.edges.get(edge.id);
    expect(placed?.points.length).toBeGreaterThan(1);
    expect(placed?.label === null).toBe(edge.label === "");
  }
});

test("a path through points keeps its ends and rounds its corners", () => {
  expect(roundedPath([])).toBe("");
  const path = roundedPath(
    [
      { x: 0, y: 0 },
      { x: 0, y: 100 },
      { x: 50, y: 100 },
    ],
    8,
  );
  expect(path).toBe("M 0 0 L 0 92 Q 0 100 8 100 L 50 100");
});
