import { describe, expect, it } from "vitest";
import { filterByWords, readAgentFilter, selectAgents } from "./filter-agents.ts";

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

describe("selectAgents", () => {
  const named = (name: string, status = "active") => ({ ...agent(name, null), id: name, name, status });
  const team = [named("Analyst 139"), named("analyst 14"), named("Bela", "disabled")];
  const busy = new Map([["analyst 14", { state: "idle", queueLength: 1 }]]);
  const names = (query: string) =>
    selectAgents(team, busy, readAgentFilter(new URLSearchParams(query))).map(({ name }) => name);

  it("sorts numbers as numbers", () => {
    expect(names("")).toEqual(["analyst 14", "Analyst 139", "Bela"]);
  });

  it("finds who is busy, and who is switched off", () => {
    expect(names("show=busy")).toEqual(["analyst 14"]);
    expect(names("show=off")).toEqual(["Bela"]);
    expect(names("show=nonsense&q=ANALYST")).toHaveLength(2);
  });
});
