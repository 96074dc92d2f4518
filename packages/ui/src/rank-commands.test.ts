import { describe, expect, it } from "vitest";
import { rankCommands } from "./rank-commands.ts";

const groups = [
  { heading: "This run", items: [{ label: "Restart this run" }, { label: "Delete this run" }] },
  { heading: "New", items: [{ label: "New run", keywords: ["create", "start"] }] },
  {
    heading: "Go to",
    items: [
      { label: "Runs", keywords: ["history"] },
      { label: "Network", hint: "Settings", keywords: ["internet"] },
      { label: "Profile", hint: "Settings", keywords: ["password", "account"] },
    ],
  },
];
const found = (query: string) => rankCommands(groups, query).flatMap(({ items }) => items.map(({ label }) => label));

describe("the entries of the palette", () => {
  it("stand as given while nothing is typed", () => {
    expect(rankCommands(groups, " ")).toEqual(groups);
  });

  it("are found by letters in a row, not by scattered ones", () => {
    expect(found("restart")).toEqual(["Restart this run"]);
    expect(found("zzz")).toEqual([]);
  });

  it("are ranked across groups: the label before keywords, the start of a word before its middle", () => {
    expect(found("runs")).toEqual(["Runs"]);
    expect(found("run")).toEqual(["Runs", "Restart this run", "Delete this run", "New run"]);
    expect(found("start")).toEqual(["Restart this run", "New run"]);
    expect(found("settings net")).toEqual(["Network"]);
  });
});
