import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { addressesOf, isOfThisMachine } from "./addresses.ts";

describe("addresses", () => {
  it("are what is written as one, and for names of the operator what the machine says", async () => {
    expect(await addressesOf("192.0.2.1", { isOurs: false })).toEqual(["192.0.2.1"]);
    expect(await addressesOf("2001:db8::1", { isOurs: false })).toEqual(["2001:db8::1"]);
    expect(await addressesOf("localhost", { isOurs: true })).toContain("127.0.0.1");
  });

  it("of this machine are known, whatever network they are in", () => {
    const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((address) => !isOfThisMachine(address))).toEqual([]);
    expect(isOfThisMachine("192.0.2.1")).toBe(false);
  });
});
