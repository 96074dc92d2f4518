import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMoney,
  formatRelative,
  formatTokens,
  plural,
} from "./format.ts";

describe("formatMoney", () => {
  it.each([
    [14_200, "$0.0142"],
    [0, "$0.00"],
    [12, "<$0.0001"],
    [999_949, "$0.9999"],
    [999_960, "$1.00"],
    [1_234_567_890, "$1,234.57"],
    [-14_200, "-$0.0142"],
    [null, "–"],
  ])("%s micro-dollars → %s", (micros, text) => {
    expect(formatMoney(micros)).toBe(text);
  });
});

describe("formatTokens", () => {
  it.each([
    [0, "0"],
    [812, "812"],
    [999.6, "1k"],
    [12_400, "12.4k"],
    [124_000, "124k"],
    [999_960, "1M"],
    [3_140_000, "3.1M"],
    [undefined, "–"],
  ])("%s → %s", (tokens, text) => {
    expect(formatTokens(tokens)).toBe(text);
  });
});

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [1_023, "1023 B"],
    [1_024, "1 KiB"],
    [1_434, "1.4 KiB"],
    [20 * 1_024 * 1_024, "20 MiB"],
  ])("%s → %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe("formatDuration", () => {
  it.each([
    [-5, "0ms"],
    [420, "420ms"],
    [4_290, "4.2s"],
    [9_999, "9.9s"],
    [42_900, "42s"],
    [59_999, "59s"],
    [72_000, "1m 12s"],
    [65_000, "1m 05s"],
    [7_500_000, "2h 05m"],
    [273_600_000, "3d 4h"],
    [null, "–"],
  ])("%s ms → %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("formatRelative", () => {
  const now = Date.UTC(2026, 10, 20, 12);
  it.each([
    [now - 3_000, "just now"],
    [now + 3_000, "just now"],
    [now - 42_000, "42 s ago"],
    [now - 3 * 60_000, "3 min ago"],
    [now + 2 * 3_600_000, "in 2 h"],
    [now - 26 * 3_600_000, "1 day ago"],
    [now - 3 * 86_400_000, "3 days ago"],
    [now - 30 * 86_400_000, "Oct 21"],
    [now - 400 * 86_400_000, "Oct 16, 2025"],
  ])("%s → %s", (at, text) => {
    expect(formatRelative(at, now)).toBe(text);
  });
});

it("counts and plurals", () => {
  expect(formatCount(1_234_567)).toBe("1,234,567");
  expect(plural(1, "run")).toBe("1 run");
  expect(plural(2_000, "run")).toBe("2,000 runs");
  expect(plural(0, "entry", "entries")).toBe("0 entries");
});
