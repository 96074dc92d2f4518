import { expect, it } from "vitest";
import { treeRows } from "./file-tree.ts";

it("puts folders first, opens what is open, and takes any name", () => {
  const paths = ["b.txt", "src/a.ts", "src/deep/x\ny.ts", "__proto__/z", "a.txt"];
  const rows = treeRows(paths, (folder) => folder !== "src/deep");
  expect(rows.map(({ path, depth, folder }) => `${depth}${folder ? "/" : " "}${path}`)).toEqual([
    "0/__proto__",
    "1 __proto__/z",
    "0/src",
    "1/src/deep",
    "1 src/a.ts",
    "0 a.txt",
    "0 b.txt",
  ]);
});
