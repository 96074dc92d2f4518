import { describe, expect, it } from "vitest";
import { fieldFaults } from "./field-faults.ts";

const at = (loc: (string | number)[], msg: string) => ({ loc, msg, type: "custom" });

describe("fieldFaults", () => {
  it("finds the field behind the place, and keeps the first problem of each", () => {
    const details = [at(["input", "email"], "not an e-mail address"), at(["input", "email"], "too long")];
    expect(fieldFaults(details, ["email", "password"])).toEqual({
      fields: [["email", "not an e-mail address"]],
      rest: [],
    });
  });

  it("hands back what belongs to no field", () => {
    expect(fieldFaults([at(["input", "agentId"], "too long")], ["name"])).toEqual({ fields: [], rest: ["too long"] });
  });

  it("finds fields of nested inputs", () => {
    expect(fieldFaults([at(["input", "tools", 3], "unknown")], ["tools"]).fields).toEqual([["tools", "unknown"]]);
  });
});
