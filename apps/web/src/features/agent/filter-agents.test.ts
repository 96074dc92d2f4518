import { describe, expect, it } from "vitest";
import { filterByWords } from "./filter-agents.ts";

const agent = (slug: string, role: string | null) => ({
  name: slug.toUpperCase(),
  slug,
  role,
  description: "of the team",
});

describe("filterByWords", () => {
  it("wants every word, wherever it stands", () => {
    const all = [agent("tova", "Software Engineer"), agent("finn", "Tester"), agent("null", null)];
    const slugs = (typed: string) => filterByWords(all, typed).map(({ slug }) => slug);
    expect(slugs("")).toEqual(["tova", "finn", "null"]);
    expect(slugs(" engineer TOV ")).toEqual(["tova"]);
    expect(slugs("team tester")).toEqual(["finn"]);
    expect(slugs("engineer finn")).toEqual([]);
  });
});
