import { describe, expect, it } from "vitest";
import { linesOf, patchesOf } from "./split-diff.ts";

const file = (path: string, binary = false) => ({
  path,
  oldPath: null,
  status: "modified" as const,
  additions: 1,
  deletions: 1,
  binary,
});
const patch = (name: string, body: string) => `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n${body}`;

describe("patchesOf", () => {
  it("gives each file its part, also where content looks like a header", () => {
    const a = patch("a", "@@ -1 +1 @@\n-diff --git a/x b/x\n+diff --git a/y b/y\n");
    const b = patch("b", "@@ -1 +1 @@\n-1\n+2\n");
    expect(patchesOf(a + b, [file("a"), file("b")])).toEqual([a, b]);
  });
  it("says null for what was cut off, and nothing for a binary", () => {
    const a = patch("a", "@@ -1 +1 @@\n-1\n+2\n");
    expect(patchesOf(a, [file("a"), file("b")])).toEqual([a, null]);
    expect(patchesOf(a, [file("a", true)])).toEqual([""]);
  });
  it("keeps both parts of a file that became a link", () => {
    const [gone, made] = [patch("a", "@@ -1 +0,0 @@\n-1\n"), patch("a", "@@ -0,0 +1 @@\n+2\n")];
    const b = patch("b", "@@ -1 +1 @@\n-1\n+2\n");
    expect(patchesOf(gone + made + b, [file("a"), file("b")])).toEqual([gone + made, b]);
  });
});

describe("linesOf", () => {
  it("numbers both sides and leaves the head out", () => {
    const lines = linesOf(patch("a", "@@ -3,2 +3,2 @@ fn\n same\n--- old\n+++ new\n\\ No newline at end of file\n"));
    expect(lines.map(({ kind, text, oldNumber, newNumber }) => [kind, text, oldNumber, newNumber])).toEqual([
      ["hunk", "@@ -3,2 +3,2 @@ fn", null, null],
      ["same", "same", 3, 3],
      ["remove", "-- old", 4, null],
      ["add", "++ new", null, 4],
      ["note", "No line break at the end of the file", null, null],
    ]);
  });
});
