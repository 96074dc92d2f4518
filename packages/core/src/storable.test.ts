import { expect, it } from "vitest";
import { findUnstorable } from "./storable.ts";

it.each([
  ["a\0b", []],
  [{ a: 1, b: [{ c: "fine" }, { c: "\ud800" }] }, ["b", 1, "c"]],
  [{ a: { "k\0": 1 } }, ["a"]],
])("%j is told with its place", (value, path) => {
  expect(findUnstorable(value)).toEqual(path);
});

it("leaves everything else alone", () => {
  expect(findUnstorable({ a: "😀\n\t\u0001", b: null, c: undefined, d: [1, true, ""] })).toBeNull();
});
