import { settings } from "@djinnbot/contracts";
import { describe, expect, it } from "vitest";
import { deletionConsequences, endpointSlug, exampleModels, sourceWord } from "./provider-words.ts";

describe("words about providers", () => {
  it("says whose it is", () => {
    expect(sourceWord({ source: "platform", isCustom: false })).toBe("Offered by the platform");
    expect(sourceWord({ source: "tenant", isCustom: true })).toBe("Your endpoint");
    expect(sourceWord({ source: "tenant", isCustom: false })).toBe("Your key");
  });

  it("names the key that goes, when there is one", () => {
    const provider = { name: "Acme", maskedApiKey: "sk-…abcd", isCustom: false };
    expect(deletionConsequences(provider)[0]).toContain("sk-…abcd");
    expect(deletionConsequences({ ...provider, maskedApiKey: null, isCustom: true })).toHaveLength(2);
  });

  it("takes the example from the provider's own models", () => {
    const model = (id: string) => ({ id, name: id, reasoning: false, contextWindow: null });
    expect(exampleModels({ models: [model("a"), model("b"), model("c")] })).toBe("a, b");
    expect(exampleModels({ models: [] })).toBeUndefined();
  });

  it("suggests only slugs that the contract takes", () => {
    const { slug } = settings.createCustomProvider.input.shape;
    for (const name of ["Company vLLM", "Café à la carte", "x".repeat(60), `${"a".repeat(31)} b`]) {
      expect(slug.safeParse(endpointSlug(name)).success).toBe(true);
    }
    expect(endpointSlug("!")).toBe("");
  });
});
