import { describe, expect, it } from "vitest";
import { readKnowledge, withKnowledge } from "./knowledge.ts";

const findings = [
  { category: "pattern", importance: "high", content: "Bands include their limit.\nSee src/bands.js." },
  { category: "issue", importance: "low", content: "- [not, a finding] but a line" },
];

describe("knowledge", () => {
  it("comes back as it was shared, with and without a summary", () => {
    expect(readKnowledge(withKnowledge("Done.", findings))).toEqual(findings);
    expect(readKnowledge(withKnowledge(null, findings))).toEqual(findings);
  });

  it("is empty where nothing was shared", () => {
    expect(withKnowledge(null, [])).toBeNull();
    expect(readKnowledge(withKnowledge("Shared knowledge: none", []))).toEqual([]);
    expect(readKnowledge(null)).toEqual([]);
  });
});
