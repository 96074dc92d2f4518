import type { EgressRules } from "@djinnbot/contracts";
import { describe, expect, it } from "vitest";
import { matches, PrivateHosts, refusedByAddress, refusedByRules } from "./rules.ts";

const place = (host: string, port = 443) => ({ host, port });

describe("a pattern", () => {
  it.each([
    ["example.com", place("example.com"), true],
    ["example.com", place("www.example.com"), false],
    ["example.com", place("badexample.com"), false],
    ["*.example.com", place("www.example.com"), true],
    ["*.example.com", place("a.b.example.com"), true],
    ["*.example.com", place("example.com"), false],
    ["*.example.com", place("badexample.com"), false],
    ["*.example.com", place("www.example.com.evil.test"), false],
    ["example.com:8443", place("example.com", 8443), true],
    ["example.com:8443", place("example.com", 443), false],
    ["*.example.com:8443", place("www.example.com", 8443), true],
    ["*.example.com:8443", place("www.example.com", 443), false],
  ])("%s and %o: %s", (pattern, at, expected) => {
    expect(matches(pattern, at)).toBe(expected);
  });
});

describe("the rules", () => {
  const internet: EgressRules = { mode: "internet", hosts: [] };
  const none: EgressRules = { mode: "none", hosts: ["example.com"] };
  const listed = (...hosts: string[]): EgressRules => ({ mode: "listed", hosts });

  it.each([
    ["an agent without rules has its tenant's", internet, null, null],
    ["none is none, whatever the list says", none, null, "tenant"],
    ["a listed host", listed("example.com"), null, null],
    ["a host that is not listed", listed("example.org"), null, "tenant"],
    ["both list it", listed("example.com"), listed("*.org", "example.com"), null],
    ["an agent narrows its tenant's", internet, listed("example.org"), "agent"],
    ["an agent closes everything", internet, none, "agent"],
    ["an agent opens nothing that its tenant's close", listed("example.org"), internet, "tenant"],
  ] as const)("%s", (_, tenant, agent, expected) => {
    const agents = agent === null ? [] : [agent];
    expect(refusedByRules({ tenant, agents }, place("example.com"))).toBe(expected);
    // Who called an executor binds it, too.
    expect(refusedByRules({ tenant, agents: [internet, ...agents] }, place("example.com"))).toBe(expected);
  });

  it.each([25, 465, 587])("mail on port %i is refused, listed or not", (port) => {
    expect(refusedByRules({ tenant: internet, agents: [] }, place("example.com", port))).toBe("port");
    const tenant = listed(`example.com:${port}`);
    expect(refusedByRules({ tenant, agents: [] }, place("example.com", port))).toBe("port");
  });
});

describe("the addresses of a name", () => {
  const closed = new PrivateHosts([]);
  const refused = (hosts: PrivateHosts, ...addresses: string[]) =>
    refusedByAddress(hosts, place("example.com"), addresses);

  it("must all be public: one private among them refuses the name, wherever it stands", () => {
    expect(refused(closed, "8.8.8.8", "2606:4700:4700::1111")).toBeNull();
    for (const inside of ["10.0.0.1", "127.0.0.1", "169.254.169.254", "fd00::1", "::ffff:8.8.8.8"]) {
      expect(refused(closed, inside), inside).toBe("private");
      expect(refused(closed, "8.8.8.8", inside), inside).toBe("private");
      expect(refused(closed, inside, "8.8.8.8"), inside).toBe("private");
    }
  });

  it("may be private where the operator has opened the name, the address or its network, and only there", () => {
    expect(refused(new PrivateHosts(["example.com"]), "10.0.0.1", "fd00::1")).toBeNull();
    expect(refused(new PrivateHosts(["example.com:443"]), "10.0.0.1")).toBeNull();
    expect(refused(new PrivateHosts(["example.com:80"]), "10.0.0.1")).toBe("private");
    expect(refused(new PrivateHosts(["10.0.0.1"]), "8.8.8.8", "10.0.0.1")).toBeNull();
    expect(refused(new PrivateHosts(["10.0.0.1"]), "10.0.0.1", "10.0.0.2")).toBe("private");
    const networks = new PrivateHosts(["10.1.0.0/16", "fd00:1::/32"]);
    expect(refused(networks, "10.1.255.255", "fd00:1::5", "8.8.8.8")).toBeNull();
    expect(refused(networks, "10.1.0.1", "10.2.0.1")).toBe("private");
    expect(refused(networks, "fd00:2::5")).toBe("private");
  });
});

describe("the operator's list", () => {
  it("names hosts, not those in its networks", () => {
    const hosts = new PrivateHosts(["Registry.internal:5000", "10.0.0.0/8"]);
    expect(hosts.names(place("registry.internal", 5000))).toBe(true);
    expect(hosts.names(place("registry.internal", 443))).toBe(false);
    expect(hosts.names(place("10.0.0.1"))).toBe(false);
  });

  // An empty length must not be read as 0, which is the whole internet.
  it.each(["10.0.0.0/99", "300.1.1.1/8", "not a host", "10.0.0.0/", "10.0.0.0/8/8"])("does not take %s", (entry) => {
    expect(() => new PrivateHosts([entry])).toThrow();
  });
});
