import { expect, test } from "vitest";
import { changeSpan } from "./change-span.ts";

const commit = (hash: string, stepId: string | null = null) => ({ hash, stepId });

test("the work of a run lies between the newest commit and the last one before it", () => {
  expect(changeSpan([commit("d", "B"), commit("c"), commit("b", "A"), commit("a"), commit("0")])).toEqual({
    from: "a",
    to: "d",
  });
  expect(changeSpan([commit("a")])).toBeNull();
  expect(changeSpan([commit("b", "A")])).toBeNull();
});
