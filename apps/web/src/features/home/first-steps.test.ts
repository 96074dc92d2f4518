import { describe, expect, it } from "vitest";
import { firstSteps } from "./first-steps.ts";

describe("firstSteps", () => {
  it("starts with nothing done and offers the whole team", () => {
    const steps = firstSteps({ hasAgents: false, hasRun: false, hasRealProvider: false });
    expect(steps.map(({ done }) => done)).toEqual([false, false, false]);
    expect(steps[0]?.href).toBe("/agents?dialog=clone&pick=architect,engineer,tester");
  });

  it("takes any agents for a team", () => {
    const steps = firstSteps({ hasAgents: true, hasRun: false, hasRealProvider: true });
    expect(steps.map(({ done }) => done)).toEqual([true, false, true]);
  });
});
