import { describe, expect, it } from "vitest";
import { HostName, privateHostProblems, SingleHost } from "./egress.ts";

describe("a host name", () => {
  it.each([
    "example.com",
    "com",
    "a_b.test",
    "xn--pypal-4ve.com",
    "10.0.0.1",
    "2606:4700:4700::1111",
    "::ffff:127.0.0.1",
  ])("can be %s", (host) => expect(HostName.safeParse(host).success).toBe(true));
  it.each(["", "*.com", "a.test:22", "-a.test", "a..test", "<script>", "fe80::1%eth0", "a b", `${"a.".repeat(127)}bc`])(
    "cannot be %j",
    (host) => expect(HostName.safeParse(host).success).toBe(false),
  );
});

it("one click opens one host", () => {
  expect(SingleHost.parse(" Example.com:8443 ")).toBe("example.com:8443");
  expect(SingleHost.safeParse("*.example.com").success).toBe(false);
});

describe("the operator's private hosts", () => {
  it.each(["300.1.1.1", "1.2.3", "2130706433", "a:99999", "10.0.0.1:70000", "0x7f.1", "*.1", "a.0x7f"])(
    "are not %s, which opens nothing",
    (entry) => expect(privateHostProblems([entry])).toEqual([expect.stringContaining("is no name, IPv4 address")]),
  );
  it("are names, addresses and networks", () => {
    const fine = ["registry.internal:5000", "10.1.2.3:65535", "*.internal", "3com.internal", "10.0.0.0/8", "fd00::/8"];
    expect(privateHostProblems(fine)).toEqual([]);
  });
});
