import { describe, expect, it } from "vitest";
import { readHosts, toText } from "./hosts-text.ts";

describe("a list of hosts", () => {
  it("is read one a line or with commas between, each host once, and given back one a line", () => {
    const { hosts } = readHosts("Example.com, *.npmjs.org\n\n example.com \napi.test:8443\r\nhttps://docs.test/a/b?c");
    expect(hosts).toEqual(["example.com", "*.npmjs.org", "api.test:8443", "docs.test"]);
    expect(readHosts(toText(hosts ?? []))).toEqual({ hosts, problem: null });
    expect(readHosts(" ")).toEqual({ hosts: [], problem: null });
  });

  it.each(["a b/c", "*", "*.*", "http://", "exa mple.com:99999999", "a..b", "x@y", "-a", "[::1]"])(
    "refuses %j",
    (text) => {
      expect(readHosts(text)).toMatchObject({ hosts: null, problem: expect.stringContaining("Not a host") });
    },
  );

  it("takes a line with a space inside for one wrong entry", () => {
    expect(readHosts("bad host\nexample.com").problem).toMatch(/^Not a host: “bad host”\. /);
  });

  it("has an end", () => {
    const many = Array.from({ length: 201 }, (_, n) => `h${n}.test`).join("\n");
    expect(readHosts(many).problem).toBe("At most 200 hosts.");
  });
});
