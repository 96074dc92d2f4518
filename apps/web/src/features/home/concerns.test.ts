import { describe, expect, it } from "vitest";
import { concernsOf } from "./concerns.ts";

describe("concernsOf", () => {
  it("gathers what many events are about", () => {
    const types = ["RUN_CREATED", "STEP_STARTED", "RUNS_BULK_DELETED", "AGENT_UPDATED", "PROVIDERS_UPDATED"] as const;
    expect([...concernsOf(types.map((type) => ({ type })))]).toEqual(["runs", "agents", "providers"]);
    expect([...concernsOf([{ type: "SETTINGS_UPDATED" }])]).toEqual(["settings"]);
    expect([...concernsOf([{ type: "BUDGET_WARNING" }, { type: "BUDGETS_UPDATED" }])]).toEqual(["budgets"]);
    expect(concernsOf([{ type: "PIPELINE_CREATED" }]).size).toBe(0);
  });
});
