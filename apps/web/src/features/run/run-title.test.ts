import { expect, test } from "vitest";
import { runTitle } from "./run-title.ts";

test.each([
  ["## Task\nMake it round", "Task"],
  ["\n# Fix `bands.js` **now** #", "Fix bands.js now"],
  ["Close #12 and `a`", "Close #12 and a"],
  ["##", "##"],
  ["", ""],
])("%j is called %j", (task, title) => {
  expect(runTitle(task)).toBe(title);
});
