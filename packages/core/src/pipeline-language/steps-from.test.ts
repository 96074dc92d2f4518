import { expect, test } from "vitest";
import { stepsFrom, stepsMeant } from "./steps-from.ts";

test("a step that only a failure leads to can be reached, and is not counted", () => {
  const steps = [
    { id: "BUILD", onComplete: "TEST", onFailure: { goto: "CLEAN_UP" } },
    { id: "TEST", onResult: { FAIL: { goto: "FIX" }, PASS: {} } },
    { id: "FIX", onComplete: "TEST" },
    { id: "CLEAN_UP" },
    { id: "APART" },
  ];
  expect(stepsFrom(steps, "BUILD").map(({ id }) => id)).toEqual(["BUILD", "TEST", "FIX", "CLEAN_UP"]);
  expect(stepsMeant(steps, "BUILD").map(({ id }) => id)).toEqual(["BUILD", "TEST", "FIX"]);
});
