import { Provider, Settings } from "@djinnbot/contracts";
import { describe, expect, it } from "vitest";
import { defaultModel, hasRealProvider, modelOptions, runsOnDemo, usableProviders } from "./models.ts";

const model = (id: string) => ({ id, name: id.toUpperCase(), reasoning: false, contextWindow: null });
const provider = (part: Partial<Provider>): Provider =>
  Provider.parse({
    providerId: "acme",
    name: "Acme",
    description: "",
    wire: "openai-compatible",
    baseUrl: null,
    enabled: true,
    configured: true,
    source: "tenant",
    maskedApiKey: null,
    maskedExtraConfig: null,
    plainExtraConfig: null,
    apiKeyEnvVar: "ACME_API_KEY",
    docsUrl: "",
    models: [model("large")],
    extraFields: [],
    isCustom: false,
    isDemo: false,
    trouble: null,
    ...part,
  });
const demo = provider({ providerId: "demo", name: "Demo", source: "platform", isDemo: true, models: [] });
const settings = (defaultWorkingModel = "") => Settings.parse({ defaultWorkingModel });

describe("defaultModel", () => {
  it("takes what the platform offers while nothing is chosen, even beside a key of one's own", () => {
    expect(defaultModel(settings(), [provider({}), demo])).toEqual({ kind: "platform", provider: demo });
    expect(runsOnDemo(settings(), [provider({}), demo])).toBe(true);
  });

  it("takes the choice, and notices when its provider cannot be called", () => {
    const own = provider({});
    expect(defaultModel(settings("acme/large"), [own, demo])).toMatchObject({ kind: "chosen", provider: own });
    expect(runsOnDemo(settings("acme/large"), [own, demo])).toBe(false);
    const off = [provider({ enabled: false }), demo];
    expect(defaultModel(settings("acme/large"), off)).toEqual({
      kind: "chosen",
      model: "acme/large",
      provider: undefined,
    });
  });

  it("is nothing without a provider of the platform", () => {
    expect(defaultModel(settings(), [provider({})])).toEqual({ kind: "none" });
    expect(runsOnDemo(settings(), [])).toBe(false);
  });
});

describe("usableProviders", () => {
  it("leaves out what has no key or is switched off", () => {
    const all = [provider({ configured: false }), provider({ enabled: false }), demo];
    expect(usableProviders(all)).toEqual([demo]);
    expect(hasRealProvider(all)).toBe(false);
    expect(hasRealProvider([provider({})])).toBe(true);
  });
});

describe("modelOptions", () => {
  it("names provider and model, and marks scripted replies", () => {
    const options = modelOptions([
      { ...provider({}), models: [{ id: "a/b", name: "B", reasoning: true, contextWindow: 200_000 }] },
      { ...demo, models: [model("demo-agent")] },
    ]);
    expect(options.map(({ value, group }) => [value, group])).toEqual([
      ["acme/a/b", "Acme"],
      ["demo/demo-agent", "Demo — scripted replies"],
    ]);
    expect(options[0]?.hint).toBe("acme/a/b · 200k context · thinks");
  });
});
