import { AgentConfig } from "@djinnbot/contracts";
import { describe, expect, it } from "vitest";
import { ConfigForm, toForm, toPatch } from "./config-form.ts";

const config = AgentConfig.parse({ model: "acme/large", tools: ["read", "bash"], timeout: 60 });

describe("the configuration form", () => {
  it("shows and gives back what is stored", () => {
    const { model, thinkingLevel, tools, timeout, maxRetries } = config;
    const patch = toPatch(ConfigForm.parse(toForm(config)), ["complete", "fail"]);
    expect(patch).toEqual({ model, thinkingLevel, tools, timeout, maxRetries });
  });

  it("takes empty inputs for the default", () => {
    const patch = toPatch(ConfigForm.parse({ ...toForm(config), model: "", timeout: "", limitTools: false }), []);
    expect(patch).toMatchObject({ model: null, timeout: null, tools: [] });
  });

  it("does not turn no tools into all tools", () => {
    const input = ConfigForm.parse({ ...toForm(config), limitTools: true, tools: [] });
    expect(toPatch(input, ["complete", "fail"]).tools).toEqual(["complete", "fail"]);
  });

  it("refuses what the contract refuses", () => {
    for (const part of [{ timeout: "0" }, { timeout: "1.5" }, { timeout: "x" }, { maxRetries: "21" }, { model: "x" }]) {
      expect(ConfigForm.safeParse({ ...toForm(config), ...part }).success).toBe(false);
    }
  });
});
