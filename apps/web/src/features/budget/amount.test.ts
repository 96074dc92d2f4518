import { describe, expect, it } from "vitest";
import { DollarText, readDollars, readTokens, showDollars, TokenText } from "./amount.ts";

describe("amounts", () => {
  it.each([
    ["12.50", 12_500_000],
    ["$1,200", 1_200_000_000],
    ["0.000001", 1],
    ["-3", null],
    ["twelve", null],
    ["1.0000001", null],
  ])("%s dollars", (text, micros) => {
    expect(readDollars(text)).toBe(micros);
  });
  it.each([
    ["250k", 250_000],
    ["1.5 M", 1_500_000],
    ["42", 42],
    ["2 G", null],
  ])("%s tokens", (text, tokens) => {
    expect(readTokens(text)).toBe(tokens);
  });
  it("of inputs: empty is none, zero and nonsense are refused", () => {
    expect(DollarText.parse("  ")).toBeNull();
    expect(TokenText.parse("1k")).toBe(1000);
    expect(DollarText.safeParse("0").success).toBe(false);
    expect(TokenText.safeParse("many").success).toBe(false);
    expect(showDollars(12_500_000)).toBe("12.5");
  });
});
