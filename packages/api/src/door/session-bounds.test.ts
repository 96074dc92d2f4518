import { describe, expect, it } from "vitest";
import { StreamWindow } from "./session-bounds.ts";

describe("what is kept of a session's part of a stream", () => {
  it("is all that the stream takes, while it is small", () => {
    const window = new StreamWindow();
    const lengths = Array.from({ length: 30_000 }, () => window.lengthWith(500, 20_000));
    expect(new Set(lengths)).toEqual(new Set([20_000]));
  });

  it("is bounded in bytes, large entries or many", () => {
    const large = new StreamWindow();
    expect(Array.from({ length: 40 }, () => large.lengthWith(2_000_000, 20_000)).at(-1)).toBe(16 + 1000);
    const many = new StreamWindow();
    expect(Array.from({ length: 20_000 }, () => many.lengthWith(10_000, 20_000)).at(-1)).toBe(3200 + 1000);
  });
});
