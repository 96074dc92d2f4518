import { describe, expect, it } from "vitest";
import { failure, failures } from "./failure.ts";

describe("a failure", () => {
  it("has the meaning and the remedy of its code", () => {
    expect(failure("TURN_LIMIT", "40 turns")).toEqual({
      code: "TURN_LIMIT",
      message: "40 turns",
      ...failures.TURN_LIMIT,
    });
  });

  it.each([
    ["NO_ROUTE", "Step PROVE has no onComplete and is not the last step, so nothing follows it.", "onComplete"],
    ["NO_ROUTE", "Step TEST ended with a result that no route accepts. Accepted: PASS.", "onResult"],
    ["MODEL_REFUSED", "This model's maximum context length is 8192 tokens.", "larger context"],
    ["MODEL_REFUSED", "Incorrect API key provided.", "key"],
  ] as const)("of code %s that says “%s” is mended with %s", (code, message, remedy) => {
    expect(failure(code, message).remedy).toContain(remedy);
  });
});
