import { expect, test } from "vitest";
import { graphProblem, wavesOf } from "./graph.ts";

const task = (key: string, ...dependencies: string[]) => ({ key, dependencies });

test("a graph without faults goes in waves", () => {
  const tasks = [task("d", "b", "c"), task("a"), task("b", "a"), task("c", "a")];
  expect(graphProblem(tasks)).toBeNull();
  expect(wavesOf(tasks)).toEqual([["a"], ["b", "c"], ["d"]]);
});

test("each fault is named", () => {
  expect(graphProblem([task("a"), task("a")])).toMatch(/Two tasks have the key a/);
  expect(graphProblem([task("a", "x")])).toMatch(/a depends on x/);
  expect(graphProblem([task("a", "a")])).toMatch(/a depends on itself/);
  expect(graphProblem([task("r"), task("a", "c"), task("b", "a"), task("c", "b")])).toMatch(/circle: a, b, c\.$/);
});
