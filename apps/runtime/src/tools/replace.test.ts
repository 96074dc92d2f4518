import { expect, test } from "vitest";
import { replaceOnce } from "./replace.ts";

const text = (result: ReturnType<typeof replaceOnce>) =>
  "text" in result ? result.text : `problem: ${result.problem}`;

test("an exact match wins, and special replacement patterns are plain text", () => {
  expect(replaceOnce("a $1 b", "$1", "$& $$")).toEqual({ text: "a $& $$ b", tolerant: false });
});

test("more than one place, no place and no change are problems", () => {
  expect(text(replaceOnce("x x", "x", "y"))).toContain("occurs 2 times");
  expect(text(replaceOnce("aaa", "aa", "b"))).toContain("occurs 2 times");
  expect(text(replaceOnce("abc", "d", "e"))).toContain("not found");
  expect(text(replaceOnce("abc", "", "e"))).toContain("empty");
  expect(text(replaceOnce("abc", "b", "b"))).toContain("the same");
  expect(text(replaceOnce("  if (a)\n  if (a)\n", "\tif  (a)\n", "no"))).toContain("occurs 2 times");
});

test("white space may differ; the file's indentation and line ends stay", () => {
  const file = "class A {\r\n    run() {\r\n        return  1;\r\n    }\r\n}\r\n";
  const result = replaceOnce(file, "run() {\n  return 1;\n}", "run() {\n    return 2;\n}");
  expect(result).toEqual({ text: "class A {\r\n    run() {\r\n        return 2;\r\n    }\r\n}\r\n", tolerant: true });
});
