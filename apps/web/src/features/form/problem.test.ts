import { describe, expect, it } from "vitest";
import { problem } from "./problem.ts";

describe("problem", () => {
  it("makes a sentence of what a schema says", () => {
    expect(problem({ message: "at least 8 characters" })).toBe("At least 8 characters.");
    expect(problem({ message: "The slug is taken." })).toBe("The slug is taken.");
    expect(problem({ message: " " })).toBeUndefined();
    expect(problem(undefined)).toBeUndefined();
  });
});
