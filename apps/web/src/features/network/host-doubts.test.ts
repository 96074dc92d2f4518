import { describe, expect, it } from "vitest";
import { notPublic, outsideOf } from "./host-doubts.ts";

describe("a host that would stay closed", () => {
  it.each(["bad", "localhost:3000", "printer.local", "db.internal"])("%s is not a public name", (host) => {
    expect(notPublic(host)).toContain("not a public name");
  });

  it.each(["10.0.0.1", "127.0.0.1:80", "192.168.1.1", "172.20.0.1", "169.254.169.254", "100.64.0.1"])(
    "%s is a private address",
    (host) => {
      expect(notPublic(host)).toContain("a private address");
    },
  );

  it.each(["example.com", "*.example.com:8443", "1.1.1.1", "172.40.0.1"])("%s is public", (host) => {
    expect(notPublic(host)).toBeNull();
  });
});

describe("an agent's host", () => {
  const team = { mode: "listed", hosts: ["example.com", "*.github.com", "api.test:8443"] } as const;

  it.each(["example.com", "example.com:443", "api.github.com", "*.github.com", "api.test", "*.test"])(
    "%s lies, at least in part, within the team's list",
    (host) => {
      expect(outsideOf(team, host)).toBeNull();
    },
  );

  it.each(["github.com", "a.example.com", "api.test:80", "other.org"])("%s lies outside", (host) => {
    expect(outsideOf(team, host)).toContain("team");
  });

  it("is never outside of the internet, and always outside of nothing", () => {
    expect(outsideOf({ mode: "internet", hosts: [] }, "other.org")).toBeNull();
    expect(outsideOf({ mode: "none", hosts: ["other.org"] }, "other.org")).not.toBeNull();
  });
});
