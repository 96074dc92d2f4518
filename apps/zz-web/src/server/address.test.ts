import { describe, expect, it } from "vitest";
import { addressOf } from "./address.ts";

const from = (peer: string | null, forwarded?: string) =>
  new Headers({
    ...(peer === null ? {} : { "x-djinnbot-peer": peer }),
    ...(forwarded ? { "x-forwarded-for": forwarded } : {}),
  });

describe("the address of a client", () => {
  it("is the peer's while no proxy is ours, whatever the client claims", () => {
    expect(addressOf(from("192.0.2.1", "203.0.113.9"), 0)).toBe("192.0.2.1");
    expect(addressOf(from(null, "203.0.113.9"), 0)).toBeNull();
  });

  it("is what our outermost proxy saw, not what the client put before it", () => {
    expect(addressOf(from("10.0.0.1", "198.51.100.5, 203.0.113.9"), 1)).toBe("203.0.113.9");
    expect(addressOf(from("10.0.0.1", "198.51.100.5, 203.0.113.9, 10.0.0.2"), 2)).toBe("203.0.113.9");
    expect(addressOf(from("10.0.0.1"), 1)).toBe("10.0.0.1");
  });
});
