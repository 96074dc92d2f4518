import { describe, expect, it } from "vitest";
import { outputsWords } from "./outputs-words.ts";

const declared = ["design_doc", "risks"];
const summary = null;

describe("what is said of outputs", () => {
  it("names what a failed step did not deliver", () => {
    expect(outputsWords({ status: "failed", outputs: {}, declared, summary })).toBe(
      "The step failed before it delivered. Missing: design_doc, risks.",
    );
    expect(outputsWords({ status: "failed", outputs: { risks: "none" }, declared, summary })).toBe(
      "The step failed before it delivered all. Missing: design_doc.",
    );
    expect(outputsWords({ status: "failed", outputs: {}, declared: [], summary })).toBe(
      "The step failed before it delivered.",
    );
  });

  it("promises them only while they may come", () => {
    expect(outputsWords({ status: "running", outputs: {}, declared, summary })).toContain("when the step completes");
    expect(outputsWords({ status: "cancelled", outputs: {}, declared: [], summary })).toContain("cancelled");
    expect(outputsWords({ status: "completed", outputs: {}, declared: [], summary })).toContain("no outputs");
    expect(outputsWords({ status: "completed", outputs: { a: "b" }, declared: ["a"], summary })).toBeNull();
  });
});
