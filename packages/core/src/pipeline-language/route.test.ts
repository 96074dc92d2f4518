import type { PipelineDocument, PipelineStep } from "@djinnbot/contracts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOutputs } from "./outputs.ts";
import { resolveModel, resolveStep } from "./resolve.ts";
import { type Route, route } from "./route.ts";

type Part = Partial<PipelineStep>;

function documentOf(first: Part, more: Partial<PipelineDocument> = {}): PipelineDocument {
  const step = (id: string, part: Part = {}): PipelineStep => ({ id, agent: "a", input: "", outputs: [], ...part });
  return { id: "ab", name: "A", version: "1", agents: [{ id: "a" }], steps: [step("A", first), step("B")], ...more };
}

function routeOf(first: Part, outputs: Record<string, string> = {}, at = 0): Route {
  const document = documentOf(first);
  const step = document.steps[at];
  if (!step) {
    throw new Error("no such step");
  }
  return route({ document, step, outputs });
}

const notify = { agent: "a", message: "hello {{x}}" };

describe("route", () => {
  it.each<[string, Part, Record<string, string>, Partial<Route>]>([
    ["onComplete", { onComplete: "B" }, {}, { kind: "next", stepId: "B", notify: [] }],
    ["a result", { onResult: { PASS: { goto: "B" } } }, { r: "PASS" }, { kind: "next", stepId: "B" }],
    ["trimmed, any case", { onResult: { Pass: { goto: "B" } } }, { r: " pASS\n" }, { kind: "next", stepId: "B" }],
    ["any output", { onResult: { PASS: { goto: "B" } } }, { a: "x", r: "PASS" }, { kind: "next", stepId: "B" }],
    [
      "the first key",
      { onResult: { X: { goto: "B" }, Y: { goto: "A" } } },
      { a: "Y", b: "X" },
      { kind: "next", stepId: "B" },
    ],
    [
      "notify and goto",
      { onResult: { P: { goto: "B", notify } } },
      { r: "P" },
      { kind: "next", stepId: "B", notify: [notify] },
    ],
    ["notify only ends", { onResult: { P: { notify } } }, { r: "P" }, { kind: "complete", notify: [notify] }],
    ["an empty action ends", { onResult: { P: {} } }, { r: "P" }, { kind: "complete", notify: [] }],
    [
      "notify, then onComplete",
      { onResult: { P: { notify } }, onComplete: "B" },
      { r: "P" },
      { kind: "next", stepId: "B", notify: [notify] },
    ],
    [
      "goto before onComplete",
      { onResult: { P: { goto: "A" } }, onComplete: "B" },
      { r: "P" },
      { kind: "next", stepId: "A" },
    ],
    [
      "no match, onComplete",
      { onResult: { P: { goto: "A" } }, onComplete: "B" },
      { r: "Q" },
      { kind: "next", stepId: "B", notify: [] },
    ],
    ["retry", { onResult: { P: { retry: true, maxRetries: 1 } } }, { r: "P" }, { kind: "retry", maxRetries: 1 }],
    [
      "retry of the step",
      { maxRetries: 7, onResult: { P: { retry: true } } },
      { r: "P" },
      { kind: "retry", maxRetries: 7 },
    ],
    ["goto before retry", { onResult: { P: { goto: "B", retry: true } } }, { r: "P" }, { kind: "next", stepId: "B" }],
    ["an empty onResult is none", { onResult: {}, onComplete: "B" }, { r: "P" }, { kind: "next", stepId: "B" }],
    ["no way on", {}, {}, { kind: "fail", failureCode: "NO_ROUTE" }],
  ])("%s", (_name, step, outputs, expected) => {
    expect(routeOf(step, outputs)).toMatchObject(expected);
  });

  it("completes after the last step", () => {
    expect(routeOf({}, {}, 1)).toMatchObject({ kind: "complete", notify: [] });
  });

  it("names what was accepted and what came", () => {
    const way = routeOf({ onResult: { PASS: {}, FAIL: {} } }, { verdict: "MAYBE" });
    expect(way).toMatchObject({ kind: "fail", failureCode: "NO_ROUTE" });
    expect(way.kind === "fail" && way.message).toMatch(/Accepted: PASS, FAIL\. Given: verdict: MAYBE\./);
  });

  it("hands the outputs on as feedback of a retry", () => {
    const way = routeOf({ onResult: { REDO: { retry: true } } }, { verdict: "redo", why: "no tests" });
    expect(way.kind === "retry" && way.feedback).toContain("why: no tests");
  });

  it("keeps failure messages short whatever an agent answers", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ maxLength: 4000 })), (outputs) => {
        const way = routeOf({ onResult: { "\u0000never": {} } }, outputs);
        return way.kind !== "fail" || way.message.length < 1500;
      }),
    );
  });
});

describe("resolveStep", () => {
  const first = (document: PipelineDocument) =>
    resolveStep(document, document.steps[0] ?? (documentOf({}).steps[0] as PipelineStep));

  it("falls back to the language's own values", () => {
    expect(first(documentOf({}))).toEqual({
      timeoutSeconds: 300,
      maxRetries: 3,
      maxTurns: 999,
      tools: [],
      models: {},
      temperature: null,
      maxOutputTokens: null,
    });
  });

  it("lets the step win over the defaults, and zero count", () => {
    const defaults = { timeoutSeconds: 60, maxRetries: 5, maxTurns: 9, temperature: 1, model: "p/d", tools: ["read"] };
    const document = documentOf({ timeout: 30, maxRetries: 0, temperature: 0, model: "p/s" }, { defaults });
    expect(first(document)).toMatchObject({
      timeoutSeconds: 30,
      maxRetries: 0,
      maxTurns: 9,
      temperature: 0,
      tools: ["read"],
    });
    expect(first(document).models).toEqual({ step: "p/s", pipelineAgent: undefined, defaults: "p/d" });
  });

  it("takes the agent's tools first; an explicit empty list leaves only the end of the step", () => {
    const agents = [{ id: "a", tools: ["ls"], model: "p/a" }];
    expect(first(documentOf({}, { agents, defaults: { tools: ["read"] } })).tools).toEqual(["ls"]);
    expect(first(documentOf({}, { defaults: { tools: [] } })).tools).toEqual(["complete", "fail"]);
  });
});

describe("resolveModel", () => {
  const order = ["runOverride", "step", "pipelineAgent", "defaults", "agentConfig", "tenantDefault", "platformDefault"];

  it.each(order)("%s wins over what comes after it", (source) => {
    const weaker = order.slice(order.indexOf(source));
    const sources = Object.fromEntries(weaker.map((name) => [name, `p/${name}`]));
    expect(resolveModel({ runOverride: null, step: " ", ...sources })).toEqual({ model: `p/${source}`, source });
  });

  it("is null when nobody names one", () => {
    expect(resolveModel({ step: null, defaults: "" })).toBeNull();
  });
});

describe("checkOutputs", () => {
  it("lists declared keys that are absent or blank", () => {
    const outputs = { a: "x", b: "", c: " \n" };
    expect(checkOutputs({ outputs: ["a", "b", "c", "d", "constructor"] }, outputs)).toEqual([
      "b",
      "c",
      "d",
      "constructor",
    ]);
  });
});
