import { type PipelineDocument, type PipelineStep, stepKind } from "@djinnbot/contracts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LoopState, loopValues, readItems } from "./loop.ts";
import { parsePipeline } from "./parse.ts";
import { type Route, route, routeFailure, routeInto } from "./route.ts";
import { changeWhole, wholePipeline } from "./whole.test-data.ts";

function documentOf(yaml: string): PipelineDocument {
  const { document, problems } = parsePipeline(yaml);
  if (!document) {
    throw new Error(JSON.stringify(problems));
  }
  return document;
}

/** A run's memory: what a driver keeps between two steps. */
class Walker {
  readonly document: PipelineDocument;
  readonly loops = new Map<string, LoopState>();
  variables: Record<string, string> = {};
  at = "";
  constructor(yaml: string) {
    this.document = documentOf(yaml);
  }
  #args() {
    return { document: this.document, loops: this.loops, variables: this.variables };
  }
  #take(way: Route): Route {
    for (const loop of way.loops) {
      this.loops.set(loop.stepId, loop);
    }
    this.at = way.kind === "next" ? way.stepId : way.kind;
    return way;
  }
  #step(): PipelineStep {
    return this.document.steps.find((step) => step.id === this.at) as PipelineStep;
  }
  enter(stepId: string): Route {
    return this.#take(routeInto({ ...this.#args(), stepId }));
  }
  end(outputs: Record<string, string> = {}): Route {
    Object.assign(this.variables, outputs);
    return this.#take(route({ ...this.#args(), step: this.#step(), outputs }));
  }
  fail(): Route | null {
    const way = routeFailure({ ...this.#args(), step: this.#step() });
    return way && this.#take(way);
  }
}

const tasks = (...names: string[]) => ({ tasks: JSON.stringify({ tasks: names }) });

describe("the whole language", () => {
  it("parses without a problem, with limits in one place", () => {
    const { document, problems } = parsePipeline(wholePipeline);
    expect(problems).toEqual([]);
    expect(document?.steps[2]).toMatchObject({ maxTurns: 20, timeoutSeconds: 90 });
    expect(document?.steps.map(stepKind)).toEqual([
      ...["agent", "approval", "agent", "agent", "parallel"],
      ...["agent", "agent", "agent", "agent", "agent"],
    ]);
  });

  it.each([
    [
      "PROOFREAD leads back",
      "- id: PROOFREAD\n    agent: planner",
      "- id: PROOFREAD\n    agent: planner\n    onComplete: PROVE",
      /leads back to `PROVE`/,
    ],
    [
      "a branch meets the join",
      "- id: PROOFREAD\n    agent: planner",
      "- id: PROOFREAD\n    agent: planner\n    onComplete: END",
      /leads to `END`, which comes after the join/,
    ],
    ["join of too many", "join: all", "join: 3", /waits for 3 branches and has only 2/],
    ["a branch twice", "branches: [TESTS, DOCS]", "branches: [TESTS, TESTS]", /names the branch `TESTS` twice/],
  ])("refuses: %s", (_name, from, to, says) => {
    const { document, problems } = parsePipeline(changeWhole(from, to));
    expect(document).toBeNull();
    expect(problems.map((problem) => problem.message).join("\n")).toMatch(says);
    expect(problems.find((problem) => says.test(problem.message))?.line).toBe(45);
  });

  it("warns of a list that nobody makes and of a loop that nobody is in", () => {
    const over = parsePipeline(changeWhole("over: tasks", "over: task_list"));
    expect(over.problems).toMatchObject([
      { severity: "warning", line: 35, message: expect.stringMatching(/no step produces `task_list`/) },
    ]);
    const lost = parsePipeline(
      changeWhole("onComplete: END\n    onFailure: MEND", "onComplete: END\n    onFailure: { continueLoop: true }"),
    );
    expect(lost.problems.map((problem) => problem.message).join()).toMatch(/no loop leads here/);
  });
});

describe("a loop", () => {
  it("does each item, goes back with the same one, and leaves when none is left", () => {
    const run = new Walker(wholePipeline);
    run.at = "GATE";
    run.variables = tasks("a", "b");
    expect(run.end({ decision: "APPROVED" })).toMatchObject({ kind: "next", stepId: "BUILD", endedItems: [] });
    expect(loopValues(run.loops)).toEqual({
      current_item: "a",
      completed_items: "[]",
      loop_index: "1",
      loop_total: "2",
    });
    run.end({ summary: "built a" });
    expect(run.end({ verdict: "FAIL" })).toMatchObject({ kind: "next", stepId: "BUILD", loops: [] });
    expect(loopValues(run.loops).current_item).toBe("a");
    run.end({ summary: "built a again" });
    expect(run.end({ verdict: "pass" })).toMatchObject({
      stepId: "BUILD",
      endedItems: [{ stepId: "BUILD", index: 0, item: { id: "a", status: "completed" } }],
    });
    expect(loopValues(run.loops)).toMatchObject({ current_item: "b", completed_items: '["a"]', loop_index: "2" });
    run.end({ summary: "built b" });
    expect(run.end({ verdict: "PASS" })).toMatchObject({ kind: "next", stepId: "PROVE", loops: [{ active: false }] });
    expect(loopValues(run.loops)).toEqual({});
    expect(run.loops.get("BUILD")?.items.map((item) => item.status)).toEqual(["completed", "completed"]);
  });

  it("goes on with the next item when one has failed for good", () => {
    const run = new Walker(wholePipeline);
    run.variables = tasks("a", "b");
    run.enter("BUILD");
    run.end({ summary: "x" });
    const way = run.fail();
    expect(way).toMatchObject({
      kind: "next",
      stepId: "BUILD",
      endedItems: [{ index: 0, item: { status: "failed" } }],
      notify: [{ agent: "builder" }],
    });
    run.end();
    run.fail();
    expect(run.at).toBe("PROVE");
    expect(run.fail()).toMatchObject({ kind: "next", stepId: "MEND" });
    expect(run.fail()).toBeNull();
  });

  it("begins anew when it is entered after its end", () => {
    const run = new Walker(wholePipeline);
    run.variables = tasks("a");
    run.enter("BUILD");
    run.end();
    run.end({ verdict: "PASS" });
    run.variables = tasks("c", "d", "e");
    expect(run.enter("BUILD")).toMatchObject({ kind: "next", stepId: "BUILD", loops: [{ index: 0, active: true }] });
    expect(loopValues(run.loops)).toMatchObject({ current_item: "c", loop_total: "3" });
  });

  it("passes by when there is nothing to do", () => {
    const run = new Walker(wholePipeline);
    run.variables = tasks();
    expect(run.enter("BUILD")).toMatchObject({ kind: "next", stepId: "PROVE", loops: [] });
  });

  const head =
    "id: lo\nname: L\nversion: 1\nagents: [{ id: a }]\nsteps:\n  - { id: FIRST, agent: a, outputs: [list, other], onComplete: EACH }\n";

  it("alone does its items and completes the run", () => {
    const run = new Walker(`${head}  - { id: EACH, agent: a, loop: { over: list } }\n`);
    run.at = "FIRST";
    run.end({ list: "[1, 2]" });
    expect(run.end()).toMatchObject({ kind: "next", stepId: "EACH" });
    expect(loopValues(run.loops)).toMatchObject({ current_item: "2" });
    expect(run.end()).toMatchObject({ kind: "complete", endedItems: [{ index: 1 }] });
  });

  it("takes a body that names nothing to follow as the end of an item, wherever it stands", () => {
    const run = new Walker(
      `${head}  - { id: EACH, agent: a, loop: { over: list, onEachComplete: BODY } }\n  - { id: BODY, agent: a }\n`,
    );
    run.at = "FIRST";
    run.end({ list: "[1, 2]" });
    run.end();
    expect(run.at).toBe("BODY");
    expect(run.end()).toMatchObject({ kind: "next", stepId: "EACH" });
    run.end();
    expect(run.end()).toMatchObject({ kind: "complete" });
  });

  it("inside a loop goes through all of its items for each item outside", () => {
    const run = new Walker(
      `${head}  - { id: EACH, agent: a, loop: { over: list, onEachComplete: INNER } }\n  - { id: INNER, agent: a, loop: { over: other } }\n`,
    );
    run.at = "FIRST";
    run.end({ list: '["A", "B"]', other: '["x", "y"]' });
    const seen: string[] = [];
    while (run.at === "EACH" || run.at === "INNER") {
      seen.push(`${run.at} ${loopValues(run.loops).current_item}`);
      run.end();
    }
    expect(seen).toEqual(["EACH A", "INNER x", "INNER y", "EACH B", "INNER x", "INNER y"]);
    expect(run.at).toBe("complete");
  });

  it("never runs for ever over empty lists that lead to each other", () => {
    const run = new Walker(
      `${head}  - { id: EACH, agent: a, loop: { over: list, onAllComplete: OTHER } }\n  - { id: OTHER, agent: a, loop: { over: other, onAllComplete: EACH } }\n`,
    );
    run.at = "FIRST";
    expect(run.end({ list: "[]", other: "[]" })).toMatchObject({ kind: "fail", failureCode: "NO_ROUTE" });
  });

  it.each([
    ["nothing", undefined, /is empty/],
    ["a word", "tomorrow", /is not JSON/],
    ["an object without a list", '{"a": 1}', /holds no list/],
    ["a number", "7", /holds no list/],
    ["more than anybody does", JSON.stringify(Array.from({ length: 1001 }, () => 1)), /at most 1000/],
  ])("over %s fails the run with a reason", (_name, list, says) => {
    const run = new Walker(`${head}  - { id: EACH, agent: a, loop: { over: list } }\n`);
    run.at = "FIRST";
    const way = run.end(list === undefined ? {} : { list });
    expect(way).toMatchObject({ kind: "fail", failureCode: "OUTPUT_INVALID" });
    expect(way.kind === "fail" && way.message).toMatch(says);
  });

  it("reads every list that JSON can write, also fenced", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 20 }), (list) => {
        const text = JSON.stringify(list);
        const [plain, fenced] = [readItems("k", text), readItems("k", `\`\`\`json\n${text}\n\`\`\``)];
        expect(plain).toEqual({ values: JSON.parse(text) });
        expect(fenced).toEqual(plain);
      }),
    );
  });
});

describe("a branch", () => {
  it("ends with a step that names nothing to follow, which elsewhere fails the run", () => {
    const document = documentOf(wholePipeline);
    const step = document.steps.find((candidate) => candidate.id === "TESTS") as PipelineStep;
    expect(route({ document, step, outputs: {}, isBranch: true })).toMatchObject({ kind: "complete" });
    expect(route({ document, step, outputs: {} })).toMatchObject({ kind: "fail", failureCode: "NO_ROUTE" });
  });
});
