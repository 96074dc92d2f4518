import { describe, expect, it } from "vitest";
import { RemoteShare } from "./remote-share.ts";

const slow = { tenantId: "a", repository: "https://slow.test/x.git" };
const here = { tenantId: "a", repository: "/srv/x.git" };
const waiting = (n: number) => Array.from({ length: n }, () => ({ tenantId: "a", atRemote: true }));

describe("a tenant's share of an engine", () => {
  it("is a quarter of the places for runs that wait for a server, and at least one", () => {
    for (const [places, most] of [
      [20, 5],
      [4, 1],
      [1, 1],
    ] as const) {
      expect(new RemoteShare(places, waiting(most - 1)).isFull("a")).toBe(false);
      expect(new RemoteShare(places, waiting(most)).full).toEqual(["a"]);
    }
  });

  it("counts those that are chosen together, and nobody else's", () => {
    const share = new RemoteShare(8, waiting(1));
    expect([share.take(slow), share.take(slow), share.take({ ...slow, tenantId: "b" })]).toEqual([true, false, true]);
  });

  it("keeps no run waiting that needs no server", () => {
    const share = new RemoteShare(8, waiting(2));
    expect([share.take(slow), share.take(here)]).toEqual([false, true]);
  });

  it("does not count runs that work, or that need no server", () => {
    const share = new RemoteShare(4, [{ tenantId: "a", atRemote: false }]);
    expect(Array.from({ length: 4 }, () => share.take(here))).toEqual([true, true, true, true]);
    expect(share.full).toEqual([]);
  });
});
