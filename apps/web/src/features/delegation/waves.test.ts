import { expect, test } from "vitest";
import { drawTasks, NODE } from "./waves.ts";

const task = (key: string, ...dependencies: string[]) => ({ key, dependencies });

test("a task stands right of all it builds on, and beside those of its wave", () => {
  const { places, lines, width, height } = drawTasks([task("c", "a", "b"), task("a"), task("b"), task("d", "c", "a")]);
  const x = (key: string) => places.get(key)?.x ?? -1;
  expect([x("a"), x("b")]).toEqual([0, 0]);
  expect(x("c")).toBeGreaterThan(x("a") + NODE.width);
  expect(x("d")).toBeGreaterThan(x("c") + NODE.width);
  expect(places.get("a")?.y).not.toBe(places.get("b")?.y);
  expect(lines.map(({ id }) => id)).toEqual(["a c", "b c", "c d", "a d"]);
  expect(width).toBe(x("d") + NODE.width);
  expect(height).toBe((places.get("b")?.y ?? 0) + NODE.height);
});
