/** The door of workloads: who is let through it, to where, and what people hear of the rest. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import http, { type IncomingHttpHeaders } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { doorDir, doorPaths } from "@djinnbot/config";
import { newId } from "@djinnbot/contracts";
import { createDeps, runKeyOf } from "@djinnbot/core";
import { proxyLogin } from "@djinnbot/core/egress";
import { tenantPipeline } from "@djinnbot/core/tenant-sql";
import { runEvents, toEntries } from "@djinnbot/events";
import { newTenant, type TestTenant, testDeps, testServiceEnv } from "@djinnbot/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApi } from "../handler.ts";
import { type Door, openDoor } from "./index.ts";

const asked: IncomingHttpHeaders[] = [];
const outside = http.createServer((request, response) => {
  asked.push(request.headers);
  response.end(`${request.method} ${request.url}`);
});
await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve));
const { port } = outside.address() as AddressInfo;

const { backends } = await testDeps();
const dataDir = mkdtempSync(join(tmpdir(), "djinnbot-door-"));
const env = { ...testServiceEnv(backends, { dataDir }), EGRESS_PRIVATE_HOSTS: [`localhost:${port}`, "fd00:1::/32"] };
const deps = createDeps(env, { service: "test", instance: "door" });
const api = createApi({ deps, config: { redisUrl: backends.redisUrl } });
const open = () => openDoor({ deps, fetch: api.fetch, redisUrl: backends.redisUrl });
const paths = doorPaths(doorDir(dataDir));
let door: Door;
beforeAll(async () => {
  door = await open();
});
afterAll(async () => {
  await door.close();
  await api.close();
  await deps.close();
  outside.close();
});

interface Session {
  tenant: TestTenant;
  agentId: string;
  runId: string;
  sessionId: string;
  key: string;
  login: string;
}

/** A step of an agent that is at work. */
async function atWork(): Promise<Session> {
  const tenant = await newTenant(deps);
  const { tenantId } = tenant;
  const { id: agentId } = await tenant.services.agents.create({ name: "Ada", slug: "ada" });
  const [runId, sessionId] = [newId("run"), newId("session")];
  const { key, statement } = runKeyOf({ runId, sessionId, agentId, expiresAt: Date.now() + 60_000 });
  const insert = (text: string, values: unknown[]) => ({ text, values });
  await tenantPipeline(deps.db, tenantId, [
    insert(
      "INSERT INTO runs (id, pipeline_id, pipeline_yaml, task_description, created_at, updated_at) VALUES ($1, 'p', '', 't', 1, 1)",
      [runId],
    ),
    insert(
      "INSERT INTO sessions (id, agent_id, source, source_id, status, created_at) VALUES ($1, $2, 'pipeline', $3, 'running', 1)",
      [sessionId, agentId, runId],
    ),
    insert(
      "INSERT INTO steps (id, run_id, step_id, sequence, agent_id, status, session_id) VALUES ($1, $2, 'BUILD', 1, 'ada', 'running', $3)",
      [`${runId}:1`, runId, sessionId],
    ),
    statement,
  ]);
  await deps.redis.xadd(runEvents.key({ tenantId, runId }), "*", "data", "{}");
  return { tenant, agentId, runId, sessionId, key, login: proxyLogin(env.AUTH_SECRET_KEY, { tenantId, sessionId }) };
}

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
const basic = (login: string) => ({ "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` });
/** As `curl --proxy` asks for http, and for https. */
const get = (login: string, url: string) =>
  request({ socketPath: paths.proxy, path: url, headers: { ...basic(login), host: new URL(url).host } });
const tunnel = (login: string, place: string) =>
  request({ socketPath: paths.proxy, method: "CONNECT", path: place, headers: basic(login) });

async function told({ tenant: { tenantId }, runId }: Session) {
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
      ["/health/ready"],
      ["/v1/auth/me", `Bearer ${tenant.tokens.accessToken}`],
      ["/v1/auth/me", `Bearer ${env.SERVICE_TOKEN}`],
      ["/v1/llm/../auth/me", `Bearer ${env.SERVICE_TOKEN}`],
    ] as const) {
      expect((await ask(path, authorization)).status, `${path} ${authorization}`).toBe(401);
    }
    expect((await ask("/v1/llm/openai/models", `Bearer ${env.SERVICE_TOKEN}`)).status).toBeGreaterThanOrEqual(400);
  });
});

describe("Redis behind the door", () => {
  it("is Redis, with its own users", async () => {
    const said = await new Promise<string>((resolve) => {
      const socket = connect(paths.redis, () => socket.write("AUTH nobody wrong\r\nQUIT\r\n"));
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("close", () => resolve(text));
    });
    expect(said).toMatch(/^-WRONGPASS/);
  });
});

describe("the proxy", () => {
  it("serves sessions that are open, by their own login", async () => {
    const [mine, theirs] = [await atWork(), await atWork()];
    const [user = "", password = ""] = mine.login.split(":");
    const [theirUser = ""] = theirs.login.split(":");
    const url = `http://localhost:${port}/page?x=1`;
    expect(await get(mine.login, url)).toEqual({ status: 200, body: "GET /page?x=1" });
    expect(await tunnel(mine.login, `localhost:${port}`)).toMatchObject({ status: 200, body: /GET \/tunnel$/ });
    expect(JSON.stringify(asked)).not.toContain("proxy-authorization");
    for (const login of ["a:b", `${user}:`, `${user}:${randomBytes(32).toString("base64url")}`]) {
      expect((await get(login, url)).status, login).toBe(407);
    }
    expect((await tunnel(`${theirUser}:${password}`, `localhost:${port}`)).status).toBe(407);
    await tenantPipeline(deps.db, mine.tenant.tenantId, [
      { text: "UPDATE sessions SET status = 'completed' WHERE id = $1", values: [mine.sessionId] },
    ]);
    await expect.poll(async () => (await get(mine.login, url)).status, { timeout: 5000 }).toBe(407);
    expect((await get(theirs.login, url)).status).toBe(200);
  });

  it("leads to no address of the machine and its networks, however it is written, and says so once", async () => {
    const session = await atWork();
    const own = new URL(backends.redisUrl).port;
    const hosts = ["127.0.0.1", "127.8.8.8", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"];
    for (const host of [...hosts, "localhost", "LOCALHOST."]) {
      for (const { status } of [
        await tunnel(session.login, `${host}:${own}`),
        await get(session.login, `http://${host}:${own}/`),
      ]) {
        // Refused, or not a name that leads anywhere.
        expect([403, 502], host).toContain(status);
      }
    }
    // What is refused above is never connected to, so this one does not leave the machine either.
    for (const place of ["169.254.169.254:80", "[fd00:ec2::254]:80", "10.0.0.1:443", "192.168.0.1:22"]) {
      const answer = await tunnel(session.login, place);
      expect(answer).toMatchObject({ status: 403, body: /not on the public internet.*EGRESS_PRIVATE_HOSTS/ });
      await tunnel(session.login, place);
    }
    const metadata = (await told(session)).filter(({ host }) => host === "169.254.169.254");
    expect(metadata).toEqual([
      expect.objectContaining({ stepId: "BUILD", attempt: 1, port: 80, reason: "private", runId: session.runId }),
    ]);
  });

  it("follows the rules of the tenant and, within them, of the agent; a change counts soon", async () => {
    const [session, other] = [await atWork(), await atWork()];
    const { tenant, agentId, login } = session;
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
    expect((await tunnel(login, place)).body).toMatch(/rules of this agent do not allow localhost:\d+/);
    await tenant.services.agents.putConfig({ agentId, egressMode: "internet" });
    await becomes(200);
    // An agent's rules open nothing that its tenant's have closed.
    await tenant.services.settings.update({ egressHosts: ["example.com"] });
    await becomes(403);
    expect((await tunnel(login, "mail.example.com:443")).body).toMatch(/rules of this team.*Settings → Network/);
    expect((await tunnel(login, "example.com:25")).body).toMatch(/Port 25 is for mail/);
    expect((await told(session)).map(({ reason }) => reason)).toEqual(["tenant", "agent", "tenant", "port"]);
    expect(await told(other)).toEqual([]);
    expect((await tunnel(other.login, place)).status).toBe(200);
  });

  it("bounds what one session holds open", async () => {
    const { login } = await atWork();
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
    const next = await open();
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
    door = await open();
    expect(await me()).toBe(200);
  });

  it("do not start with a list of private hosts that means nothing", async () => {
    for (const entry of ["10.0.0.0/99", "not a host", "300.1.1.1/8"]) {
      const wrong = { ...deps, config: { ...deps.config, egressPrivateHosts: [entry] } };
      await expect(openDoor({ deps: wrong, fetch: api.fetch, redisUrl: backends.redisUrl })).rejects.toThrow();
    }
  });
});
