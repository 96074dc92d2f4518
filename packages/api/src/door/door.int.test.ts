/** The door of workloads: who is let through it, to where, and what people hear of the rest. */
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import http, { type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { SessionLogin } from "@djinnbot/core/egress";
import { runEvents, toEntries } from "@djinnbot/events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Door } from "./index.ts";
import { startEgressProxy } from "./proxy.ts";
import { openScene, type Session } from "./testing/scene.ts";

const asked: IncomingHttpHeaders[] = [];
const outside = http.createServer((request, response) => {
  asked.push(request.headers);
  response.end(`${request.method} ${request.url}`);
});
await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve));
const { port } = outside.address() as AddressInfo;

const scene = await openScene({ EGRESS_PRIVATE_HOSTS: [`localhost:${port}`, "fd00:1::/32"] });
const { env, deps, paths, atWork } = scene;
let door: Door;
beforeAll(async () => {
  door = await scene.open();
});
afterAll(async () => {
  await door.close();
  await scene.close();
  outside.close();
});

interface Answer {
  status: number;
  body: string;
}

function request(options: http.RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = http.request(options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        body += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    // The proxy's answer to CONNECT, with what it says about a refusal.
    asking.on("connect", (response, socket, head) => {
      let body = String(head);
      socket.on("data", (chunk) => {
        body += chunk;
      });
      const end = () => resolve({ status: response.statusCode ?? 0, body });
      socket.on("close", end).on("error", end);
      if (response.statusCode === 200) {
        socket.write("GET /tunnel HTTP/1.0\r\n\r\n");
      }
    });
    asking.on("error", reject).end();
  });
}
const basic = ({ user, password }: SessionLogin) => ({
  "proxy-authorization": `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});
/** As `curl --proxy` asks for http, and for https. */
const get = (login: SessionLogin, url: string) =>
  request({ socketPath: paths.proxy, path: url, headers: { ...basic(login), host: new URL(url).host } });
const tunnel = (login: SessionLogin, place: string) =>
  request({ socketPath: paths.proxy, method: "CONNECT", path: place, headers: basic(login) });

async function told({ tenantId, runId }: Session) {
  const raw = await deps.redis.xrange(runEvents.key({ tenantId, runId }), "-", "+");
  return toEntries(raw as [string, string[]][])
    .map(({ data }) => JSON.parse(data))
    .filter(({ type }) => type === "EGRESS_REFUSED");
}

describe("the API behind the door", () => {
  it("answers run keys, and nobody else", async () => {
    const { key, tenant } = await atWork();
    const ask = (path: string, authorization?: string) =>
      request({ socketPath: paths.api, path, headers: authorization === undefined ? {} : { authorization } });
    expect(await ask("/v1/auth/me", `Bearer ${key}`)).toMatchObject({ status: 200 });
    for (const [path, authorization] of [
      ["/v1/status"],
      ["/v1/auth/me", `Bearer ${tenant.tokens.accessToken}`],
      ["/v1/auth/me", `Bearer ${env.SERVICE_TOKEN}`],
      ["/v1/llm/../auth/me", `Bearer ${env.SERVICE_TOKEN}`],
    ] as const) {
      expect((await ask(path, authorization)).status, `${path} ${authorization}`).toBe(401);
    }
    for (const path of ["/v1/auth/register", "/v1/auth/login"]) {
      const headers = { authorization: "Bearer djb_run_x", "content-type": "application/json" };
      expect((await request({ socketPath: paths.api, method: "POST", path, headers })).status, path).toBe(401);
    }
    for (const path of ["/health/ready", "/metrics", "/openapi.json", "/api/trpc/system.status"]) {
      expect((await ask(path, `Bearer ${key}`)).status, path).toBe(404);
    }
    expect((await ask("/v1/llm/openai/models", `Bearer ${env.SERVICE_TOKEN}`)).status).toBeGreaterThanOrEqual(400);
  });
});

describe("the proxy", () => {
  it("serves sessions that are open, by their own login", async () => {
    const [mine, theirs] = [await atWork(), await atWork()];
    const { user, password } = mine.proxy;
    const url = `http://localhost:${port}/page?x=1`;
    expect(await get(mine.proxy, url)).toEqual({ status: 200, body: "GET /page?x=1" });
    expect(await tunnel(mine.proxy, `localhost:${port}`)).toMatchObject({ status: 200, body: /GET \/tunnel$/ });
    expect(JSON.stringify(asked)).not.toContain("proxy-authorization");
    for (const wrong of ["", "b", randomBytes(32).toString("base64url"), theirs.proxy.password, mine.redis.password]) {
      expect((await get({ user, password: wrong }, url)).status, wrong).toBe(407);
    }
    expect((await tunnel({ user: theirs.proxy.user, password }, `localhost:${port}`)).status).toBe(407);
    await scene.endSession(mine);
    await expect.poll(async () => (await get(mine.proxy, url)).status, { timeout: 5000 }).toBe(407);
    expect((await get(theirs.proxy, url)).status).toBe(200);
  });

  it("leads to no address of the machine and its networks, however it is written, and says so once", async () => {
    const session = await atWork();
    const own = new URL(scene.redisUrl).port;
    const hosts = ["127.0.0.1", "127.8.8.8", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"];
    for (const host of [...hosts, "localhost", "LOCALHOST."]) {
      for (const { status } of [
        await tunnel(session.proxy, `${host}:${own}`),
        await get(session.proxy, `http://${host}:${own}/`),
      ]) {
        // Refused, or not a name that leads anywhere.
        expect([403, 502], host).toContain(status);
      }
    }
    // What is refused above is never connected to, so this one does not leave the machine either.
    for (const place of ["169.254.169.254:80", "[fd00:ec2::254]:80", "10.0.0.1:443", "192.168.0.1:22"]) {
      const answer = await tunnel(session.proxy, place);
      expect(answer).toMatchObject({ status: 403, body: /private address.*EGRESS_PRIVATE_HOSTS/ });
      await tunnel(session.proxy, place);
    }
    const metadata = (await told(session)).filter(({ host }) => host === "169.254.169.254");
    expect(metadata).toEqual([
      expect.objectContaining({
        stepId: "BUILD",
        attempt: 1,
        port: 80,
        reason: "private",
        agentId: "ada",
        runId: session.runId,
      }),
    ]);
  });

  it("follows the rules of the tenant and, within them, of the agent; a change counts soon", async () => {
    const [session, other] = [await atWork(), await atWork()];
    const { tenant, agentId, proxy: login } = session;
    const place = `localhost:${port}`;
    const becomes = (status: number) =>
      expect.poll(async () => (await tunnel(login, place)).status, { timeout: 6000 }).toBe(status);
    await becomes(200);
    await tenant.services.settings.update({ egressMode: "none" });
    await becomes(403);
    await tenant.services.settings.update({ egressMode: "listed", egressHosts: ["example.com", `LOCALHOST:${port}`] });
    await becomes(200);
    await tenant.services.agents.putConfig({ agentId, egressMode: "listed", egressHosts: ["*.example.com"] });
    await becomes(403);
    expect((await tunnel(login, place)).body).toMatch(/rules of this agent do not allow it/);
    await tenant.services.agents.putConfig({ agentId, egressMode: "internet" });
    await becomes(200);
    // An agent's rules open nothing that its tenant's have closed.
    await tenant.services.settings.update({ egressHosts: ["example.com"] });
    await becomes(403);
    expect((await tunnel(login, "mail.example.com:443")).body).toMatch(/rules of this team.*Settings → Network/);
    expect((await tunnel(login, "example.com:25")).body).toMatch(/Port 25 is for mail/);
    expect((await told(session)).map(({ reason }) => reason)).toEqual(["tenant", "agent", "tenant", "port"]);
    expect(await told(other)).toEqual([]);
    expect((await tunnel(other.proxy, place)).status).toBe(200);
  });

  it("connects to the addresses that were checked, also when the name leads elsewhere by then", async () => {
    const { proxy: login } = await atWork();
    const checked = http.createServer((_, response) => response.end("checked"));
    // The machine's own answer for this name is 127.0.0.1, where `outside` listens on the same port.
    await new Promise<void>((resolve) => checked.listen(port, "127.0.0.2", resolve));
    const proxy = await startEgressProxy(deps, 100, async () => ["127.0.0.2"]);
    const at = { host: "127.0.0.1", port: proxy.port, headers: basic(login) };
    expect(await request({ ...at, path: `http://localhost:${port}/` })).toEqual({ status: 200, body: "checked" });
    const tunnelled = await request({ ...at, method: "CONNECT", path: `localhost:${port}` });
    expect(tunnelled).toMatchObject({ status: 200, body: /checked$/ });
    await proxy.close();
    checked.close();
  });

  it("asks for no place but one host, and lists what it has refused whoever else tells the run", async () => {
    const { tenant, proxy: login, runId, tenantId } = await atWork();
    await tenant.services.settings.update({ egressMode: "listed", egressHosts: [] });
    for (const place of [
      "*.com:443",
      "*:443",
      "*.example.com:8443",
      "<script>:443",
      "%2a.org:443",
      `${"a.".repeat(130)}b:1`,
    ]) {
      expect((await tunnel(login, place)).status, place).toBe(400);
    }
    expect((await get(login, "http://*.net/")).status).toBe(400);
    expect((await tunnel(login, "a.example.com.:443")).status).toBe(403);
    const untrue = { type: "EGRESS_REFUSED", stepId: "BUILD", host: "untrue.test", port: 443, reason: "tenant" };
    await deps.redis.xadd(runEvents.key({ tenantId, runId }), "*", "data", JSON.stringify(untrue));
    const list = () => tenant.services.network.refusals({});
    await expect.poll(async () => (await list()).map(({ host }) => host)).toEqual(["a.example.com"]);
    expect(await list()).toMatchObject([
      { runId, stepId: "BUILD", agentId: "ada", agentName: "Ada", allow: { host: "a.example.com", agentId: null } },
    ]);
  });

  it("bounds what one session holds open", async () => {
    const { proxy: login } = await atWork();
    const held = Array.from({ length: 300 }, () => {
      const asking = http.request({
        ...{ socketPath: paths.proxy, method: "CONNECT", path: `localhost:${port}`, headers: basic(login) },
      });
      const answer = new Promise<{ status: number; socket: Duplex }>((resolve, reject) => {
        asking.on("connect", ({ statusCode }, socket) => resolve({ status: statusCode ?? 0, socket }));
        asking.on("error", reject);
      });
      asking.end();
      return answer;
    });
    const answers = await Promise.all(held);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(256);
    expect(statuses.filter((status) => status === 429)).toHaveLength(44);
    for (const { socket } of answers) {
      socket.destroy();
    }
    await expect.poll(async () => (await tunnel(login, `localhost:${port}`)).status, { timeout: 5000 }).toBe(200);
  });
});

describe("several processes on one machine", () => {
  it("take over from one that ends, and what a killed one left behind is no hindrance", async () => {
    const next = await scene.open();
    const { key } = await atWork();
    const me = () =>
      request({ socketPath: paths.api, path: "/v1/auth/me", headers: { authorization: `Bearer ${key}` } }).then(
        ({ status }) => status,
        () => 0,
      );
    await door.close();
    await expect.poll(me, { timeout: 5000 }).toBe(200);
    await next.close();
    expect([paths.api, paths.redis, paths.proxy].some(existsSync)).toBe(false);
    writeFileSync(paths.api, "");
    door = await scene.open();
    expect(await me()).toBe(200);
  });

  it("are not ready while nobody serves the door, and say what to do", async () => {
    const ready = async () => {
      const response = await scene.api.fetch(new Request(`${scene.deps.config.publicUrl}/health/ready`), { ip: null });
      return { status: response.status, body: (await response.json()) as unknown };
    };
    expect(await ready()).toMatchObject({ status: 200, body: { parts: { door: "ok" } } });
    await door.close();
    // What is left behind by a killed process is a file that nobody serves.
    writeFileSync(paths.proxy, "");
    const problems = { door: expect.stringMatching(/proxy\.sock in the folder door of DATA_DIR/) };
    expect(await ready()).toMatchObject({ status: 503, body: { parts: { door: "failed", database: "ok" }, problems } });
    door = await scene.open();
    expect(await ready()).toMatchObject({ status: 200, body: { parts: { door: "ok" } } });
  });

  it("do not start with a list of private hosts that means nothing", async () => {
    for (const entry of ["10.0.0.0/99", "not a host", "300.1.1.1/8", "2130706433"]) {
      await expect(scene.open({ egressPrivateHosts: [entry] })).rejects.toThrow();
    }
  });
});
