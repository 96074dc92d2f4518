import { describe, expect, it } from "vitest";
import { firstSteps } from "./first-steps.ts";

const facts = { agentSlugs: [] as string[], hasFeatureRun: false, hasRealProvider: false };

describe("firstSteps", () => {
  it("starts with nothing done and offers the whole team", () => {
    const steps = firstSteps(facts);
    expect(steps.map(({ done }) => done)).toEqual([false, false, false]);
    expect(steps[0]?.href).toBe("/agents?dialog=clone&pick=architect,engineer,tester");
  });

  it("offers only the agents that are still missing", () => {
    const [agents] = firstSteps({ ...facts, agentSlugs: ["engineer", "poet"] });
    expect(agents).toMatchObject({ done: false, href: "/agents?dialog=clone&pick=architect,tester" });
  });

  it("is done when everything is", () => {
    const agentSlugs = ["tester", "engineer", "architect"];
    const steps = firstSteps({ agentSlugs, hasFeatureRun: true, hasRealProvider: true });
    expect(steps.every(({ done }) => done)).toBe(true);
  });
});
