import { describe, expect, it } from "vitest";
import { keyState } from "./key-state.ts";

describe("keyState", () => {
  it("a revoked key stays revoked, an expired one ends at its time", () => {
    expect(keyState({ isActive: false, expiresAt: 1 }, 5)).toBe("revoked");
    expect(keyState({ isActive: true, expiresAt: 5 }, 5)).toBe("expired");
    expect(keyState({ isActive: true, expiresAt: 6 }, 5)).toBe("active");
    expect(keyState({ isActive: true, expiresAt: null }, 5)).toBe("active");
  });
});
