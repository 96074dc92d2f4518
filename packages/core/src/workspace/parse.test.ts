import { describe, expect, it } from "vitest";
import { parseMerge } from "./conflicts.ts";
import { parseChanges } from "./diff.ts";
import { checkPath, languageOf } from "./file-path.ts";
import { ownersOf, parseLog, parseShortstat } from "./log.ts";
import { readText } from "./text.ts";
import { parseTree } from "./tree.ts";

const hash = (letter: string) => letter.repeat(40);

describe("what git prints", () => {
  it("a tree, with tabs and line breaks in names, folders without a size", () => {
    const out = `100644 blob ${hash("a")}       7\ta\tb\nc\x00040000 tree ${hash("b")}       -\tsrc\0`;
    expect(parseTree(out).map(({ path, size, type }) => [path, size, type])).toEqual([
      ["a\tb\nc", 7, "blob"],
      ["src", 0, "tree"],
    ]);
    expect(parseTree("")).toEqual([]);
  });

  it("a merge, with its sides by file", () => {
    const side = (letter: string, stage: number, path: string) => `100644 ${hash(letter)} ${stage}\t${path}\0`;
    const out = `${hash("f")}\0${side("a", 1, "x y")}${side("b", 2, "x y")}${side("c", 3, "new\nline")}`;
    expect(parseMerge(out)).toEqual({
      tree: hash("f"),
      conflicts: [
        {
          path: "x y",
          base: { mode: "100644", hash: hash("a") },
          ours: { mode: "100644", hash: hash("b") },
          theirs: null,
        },
        { path: "new\nline", base: null, ours: null, theirs: { mode: "100644", hash: hash("c") } },
      ],
    });
    expect(parseMerge(`${hash("f")}\0`)).toEqual({ tree: hash("f"), conflicts: [] });
  });

  it("changes, with renames and binaries", () => {
    const names = "M\0a\0R090\0old\tname\0new\0A\0pic\0D\0gone\0T\0kind\0";
    const numbers = "1\t2\ta\0" + "3\t0\t\0old\tname\0new\0" + "-\t-\tpic\0" + "0\t4\tgone\0";
    expect(parseChanges(names, numbers)).toEqual([
      { path: "a", oldPath: null, status: "modified", additions: 1, deletions: 2, binary: false },
      { path: "new", oldPath: "old\tname", status: "renamed", additions: 3, deletions: 0, binary: false },
      { path: "pic", oldPath: null, status: "added", additions: 0, deletions: 0, binary: true },
      { path: "gone", oldPath: null, status: "deleted", additions: 0, deletions: 4, binary: false },
      { path: "kind", oldPath: null, status: "modified", additions: 0, deletions: 0, binary: false },
    ]);
  });

  it("a log, whatever names and subjects hold", () => {
    const out = `\0${hash("a")}\0aaa\x0012\0A\nB\0a@b\0sub\x1fject\0\n\n 2 files changed, 1 insertion(+)\n`;
    const [entry] = parseLog(out);
    expect(entry?.commit).toMatchObject({ hash: hash("a"), timestamp: 12, author: "A\nB", subject: "sub\x1fject" });
    expect(parseShortstat(entry?.rest ?? "")).toEqual({ files: 2, insertions: 1, deletions: 0 });
    expect(parseLog("")).toEqual([]);
    expect(parseShortstat("")).toEqual({ files: 0, insertions: 0, deletions: 0 });
  });

  it("whose each commit is, across a join of two branches", () => {
    const steps = [
      { stepId: "A", agentId: "a", commitHash: "a2" },
      { stepId: "B", agentId: "b", commitHash: "b1" },
      { stepId: "AGAIN", agentId: "a", commitHash: "a2" },
    ];
    const owners = ownersOf("join a2 b1\nb1 base\na2 a1\na1 base", steps);
    expect([...owners].map(([commit, { stepId }]) => [commit, stepId])).toEqual([
      ["b1", "B"],
      ["a2", "A"],
      ["a1", "A"],
    ]);
  });
});

it("paths stay inside, and only dots alone are refused", () => {
  for (const path of ["..", "a/../b", "/a", "./a", ".git", "a/.Git/hooks/x"]) {
    expect(() => checkPath(path), path).toThrow(/outside/);
  }
  for (const path of ["", "a//b", "a/", "a\0b"]) {
    expect(() => checkPath(path), path).toThrow(/no such file/);
  }
  for (const path of ["..a", "a..", "-rf", "a\nb", ".gitignore", "$(x)", "C:\\x"]) {
    expect(checkPath(path)).toBe(path);
  }
  expect([languageOf("a.TS"), languageOf("a.constructor"), languageOf("Makefile")]).toEqual([
    "typescript",
    "text",
    "text",
  ]);
});

it("text is what is UTF-8 without zero bytes", () => {
  expect(readText(Buffer.from("größe\n"))).toBe("größe\n");
  expect(readText(Buffer.from([0x67, 0xfc]))).toBeNull();
  expect(readText(Buffer.from("a\0b"))).toBeNull();
});
