import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isPublicAddress, networkOf } from "./address.ts";
import { checkUrl, readText, safeRequest } from "./safe-fetch.ts";

const limits = { headersTimeoutMs: 5000, idleTimeoutMs: 5000 };

describe("public addresses", () => {
  it.each(["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700:4700::1111"])("%s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
  it.each([
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "localhost",
    "",
  ])("%s is not", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
  it.each([
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://[::ffff:7f00:1]/",
    "http://user:pass@example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "no url",
  ])("refuses %s", (url) => {
    expect(() => checkUrl(url, false)).toThrow();
  });
});

it.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:DB8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["1::", "1:0:0:0::/64"],
  ["::1:2:3:4:5:6:7", "0:1:2:3::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["inside", "inside"],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

describe("requests", () => {
  let server: http.Server;
  let port: number;
  beforeAll(async () => {
    server = http.createServer((request, response) => {
      if (request.url === "/redirect") {
        response.writeHead(302, { location: "http://169.254.169.254/" }).end();
      } else if (request.url === "/silent") {
        response.writeHead(200);
        response.write("one");
      } else if (request.url !== "/never") {
        response.end("hello");
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("reach private addresses only when that is allowed, by number and by name", async () => {
    for (const host of ["127.0.0.1", "localhost"]) {
      const url = `http://${host}:${port}/`;
      await expect(safeRequest({ url, ...limits, allowPrivate: false })).rejects.toMatchObject({
        problem: "refused-address",
      });
      const response = await safeRequest({ url, ...limits, allowPrivate: true });
      expect(await readText(response, 100)).toBe("hello");
    }
  });
  it("follow no redirect", async () => {
    const response = await safeRequest({ url: `http://127.0.0.1:${port}/redirect`, ...limits, allowPrivate: true });
    expect(response.status).toBe(302);
    response.body.resume();
  });
  it("give up when nothing comes, or nothing more", async () => {
    const base = { idleTimeoutMs: 100, headersTimeoutMs: 100, allowPrivate: true };
    await expect(safeRequest({ url: `http://127.0.0.1:${port}/never`, ...base })).rejects.toMatchObject({
      problem: "timeout",
    });
    const response = await safeRequest({ url: `http://127.0.0.1:${port}/silent`, ...base });
    await expect(readText(response, 100)).rejects.toMatchObject({ problem: "timeout" });
  });
  it("say when a name does not exist, and when an answer is too large", async () => {
    const url = "http://does-not-exist.invalid/";
    // A machine whose name server does not answer only notices when connecting takes too long.
    const problem = expect.stringMatching(/^(dns|connect)$/);
    const patient = { ...limits, headersTimeoutMs: 30_000 };
    await expect(safeRequest({ url, ...patient, allowPrivate: false })).rejects.toMatchObject({ problem });
    const response = await safeRequest({ url: `http://127.0.0.1:${port}/`, ...limits, allowPrivate: true });
    await expect(readText(response, 2)).rejects.toMatchObject({ message: "The answer is too large." });
  }, 40_000);
});
