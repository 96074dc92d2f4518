import { describe, expect, it } from "vitest";
import { placeOf } from "./failure-place.ts";

const run = { id: "run_1", pipelineId: "feature", parentRunId: null };
const budget = (of: string) => ({
  code: "BUDGET_EXCEEDED" as const,
  message: `Step DESIGN: The ${of} does not allow this model call: 0 tokens of 500 tokens are spent.`,
});

describe("where a failure is mended", () => {
  it.each([
    ["budget of this run", "/runs/run_1?budget=run", "Raise this run's budget"],
    ["budget of the step DESIGN", "/runs/run_1?budget=DESIGN", "Raise the budget of DESIGN"],
    ["monthly budget of the team", "/settings/budgets", "Open budgets"],
    ["daily budget of the agent Ada", "/settings/budgets", "Open budgets"],
  ])("the %s: %s", (of, href, label) => {
    expect(placeOf(budget(of), run)).toMatchObject({ href, label });
  });

  it("a branch spends the budget of the run it is part of", () => {
    expect(placeOf(budget("budget of this run"), { ...run, parentRunId: "run_0" })?.href).toBe(
      "/runs/run_0?budget=run",
    );
  });

  it("a request that is too long is mended in the pipeline, another refusal at the provider", () => {
    const at = (message: string) => placeOf({ code: "MODEL_REFUSED", message }, run)?.href;
    expect(at("This model's maximum context length is 8192 tokens.")).toBe("/pipelines/feature");
    expect(at("Incorrect API key.")).toBe("/settings/providers");
  });
});
