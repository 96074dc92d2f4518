/** The edges end to end on real servers: REST, tRPC, limits, idempotency, errors. */
import { contracts, newId } from "@djinnbot/contracts";
import { signBrowserToken, signInBrowser } from "@djinnbot/core";
import { newTenant, testDeps, unique } from "@djinnbot/testing";
import { afterAll, describe, expect, it } from "vitest";
import { createApi } from "./index.ts";

const deps = await testDeps();
const api = createApi({ deps, config: { redisUrl: deps.backends.redisUrl } });
afterAll(() => api.close());
const tenant = await newTenant(deps);

interface Sent {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  token?: string | null;
}
/** One request as the owner (or as nobody with `token: null`). */
async function send(
  path: string,
  { method = "GET", body, headers = {}, token = tenant.tokens.accessToken }: Sent = {},
) {
  const response = await api.fetch(
    new Request(`http://127.0.0.1:3000${path}`, {
      method,
      headers: {
        host: "127.0.0.1:3000",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    }),
    { ip: "203.0.113.7" },
  );
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

describe("REST", () => {
  it("signs up, says who calls, creates and lists, in the wire's names", async () => {
    const email = `${unique("rest")}@example.test`;
    const signedUp = await send("/v1/auth/register", {
      method: "POST",
      body: { email, password: "long enough" },
      token: null,
    });
    expect(signedUp.status).toBe(201);
    const token = signedUp.body.accessToken;
    const me = await send("/v1/auth/me", { token });
    expect(me.body).toMatchObject({ email, tenantId: signedUp.body.user.tenantId });
    const misspelt = await send("/v1/agents", { method: "POST", body: { name: "Ada", desciption: "x" }, token });
    expect(misspelt.status).toBe(422);
    expect(misspelt.body.detail).toMatchObject([
      {
        loc: ["body", "desciption"],
        msg: "`desciption` is not a field of this operation. Did you mean `description`?",
      },
    ]);
    const made = await send("/v1/agents", { method: "POST", body: { name: "Ada" }, token });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: "Ada", tenant_id: signedUp.body.user.tenantId });
    for (const path of ["/v1/agents", "/v1/agents/"]) {
      const listed = await send(path, { token });
      expect(listed.status).toBe(200);
      expect(listed.body.map((agent: { id: string }) => agent.id)).toContain(made.body.id);
    }
    const config = await send(`/v1/agents/${made.body.id}/config`, { token });
    expect(config.body).toHaveProperty("thinkingLevel");
  });

  it("pages with a cursor in the headers, and never repeats a token from the address", async () => {
    const owner = await newTenant(deps);
    for (const name of ["One", "Two", "Three"]) {
      await owner.run("agents", "create", { name });
    }
    const token = owner.tokens.accessToken;
    const first = await send("/v1/agents/?limit=2&token=secret", { token });
    expect(first.body).toHaveLength(2);
    const next = /^<(.+)>; rel="next"$/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    expect(next).not.toContain("secret");
    const ids = new Set(first.body.map((agent: { id: string }) => agent.id));
    let page = await send(next, { token });
    for (const agent of page.body) {
      ids.add(agent.id);
    }
    while (page.headers.has("x-next-cursor")) {
      page = await send(`/v1/agents/?limit=2&cursor=${page.headers.get("x-next-cursor")}`, { token });
      for (const agent of page.body) {
        ids.add(agent.id);
      }
    }
    expect(ids.size).toBe((await send("/v1/agents/", { token })).body.length);
  });

  it("answers failures as { detail, code, requestId }", async () => {
    const requestId = unique("req_");
    const headers = { "x-request-id": requestId };
    const none = await send("/v1/nothing", { headers });
    expect(none).toMatchObject({ status: 404, body: { code: "NOT_FOUND", requestId } });
    expect(none.headers.get("x-request-id")).toBe(requestId);
    const strange = await send("/v1/nothing", { headers: { "x-request-id": "bad id!" } });
    expect(strange.body.requestId).toMatch(/^req_[0-9a-z]+$/);
    const wrong = await send("/v1/runs/", { method: "POST", body: { pipeline_id: "" } });
    expect(wrong.status).toBe(422);
    expect(wrong.body.detail.map((problem: { loc: string[] }) => problem.loc.join("."))).toEqual([
      "body.pipeline_id",
      "body.task",
    ]);
    expect((await send("/v1/agents/", { token: null })).status).toBe(401);
    expect((await send("/v1/agents/", { token: "nonsense" })).status).toBe(401);
    expect((await send("/v1/agents/", { method: "POST", body: "{" })).body).toMatchObject({ code: "BAD_REQUEST" });
    expect((await send("/v1/agents/", { method: "POST", body: `{"__proto__":{}}` })).status).toBe(400);
    const large = await send("/v1/agents/", { method: "POST", body: { name: "x".repeat(1_100_000) } });
    expect(large).toMatchObject({ status: 413, body: { code: "TOO_LARGE" } });
  });

  it("says 404 for an id that no thing can have, and 405 with Allow for a wrong method", async () => {
    const impossible = await send("/v1/runs/not-an-id");
    const missing = await send(`/v1/runs/${newId("run")}`);
    expect([impossible.status, missing.status]).toEqual([404, 404]);
    const wrong = await send("/v1/agents/", { method: "PUT", body: {} });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toBe("GET, POST, HEAD, OPTIONS");
    expect((await send("/v1/agents/", { method: "OPTIONS", token: null })).status).toBe(204);
    const head = await send("/v1/agents/", { method: "HEAD" });
    expect(head).toMatchObject({ status: 200, body: null });
  });

  it("lets people sign in while they still send outdated credentials", async () => {
    const { email, password } = tenant;
    const answer = await send("/v1/auth/login", { method: "POST", body: { email, password }, token: "expired" });
    expect(answer.status).toBe(200);
  });
});

describe("requests by cookie", () => {
  it("may change things only from our own pages", async () => {
    const { email, password } = tenant;
    const requestId = newId("request");
    const signedIn = await signInBrowser(deps, { email, password, ip: "203.0.113.8", userAgent: "test", requestId });
    const { user, sessionId, tenantId } = signedIn;
    const token = await signBrowserToken(deps.config, { userId: user.id, tenantId, sessionId });
    const cookie = `other=1; djinnbot.session=${token}`;
    const create = (headers: Record<string, string>) =>
      send("/v1/agents/", {
        method: "POST",
        body: { name: unique("Agent ") },
        token: null,
        headers: { cookie, ...headers },
      });
    expect((await send("/v1/auth/me", { token: null, headers: { cookie } })).body).toMatchObject({ email });
    for (const headers of [
      {},
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site", origin: "http://127.0.0.1:3000" },
      { "sec-fetch-site": "same-site" },
    ] as Record<string, string>[]) {
      expect((await create(headers)).status).toBe(403);
    }
    expect((await create({ origin: "http://127.0.0.1:3000" })).status).toBe(201);
    expect((await create({ "sec-fetch-site": "same-origin" })).status).toBe(201);
  });
});

describe("Idempotency-Key", () => {
  const create = (key: string, name: string, token?: string) =>
    send("/v1/agents/", {
      method: "POST",
      body: { name },
      headers: { "idempotency-key": key },
      ...(token ? { token } : {}),
    });

  it("answers a repeat as the first time, without doing it again", async () => {
    const [key, name] = [unique("key"), unique("Agent ")];
    const first = await create(key, name);
    const second = await create(key, name);
    expect(first.status).toBe(201);
    expect(first.headers.has("idempotency-replayed")).toBe(false);
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    const list = await send("/v1/agents/");
    expect(list.body.filter((agent: { name: string }) => agent.name === name)).toHaveLength(1);
  });

  it("refuses another request under the same key, and lets only one of many at once through", async () => {
    const key = unique("key");
    const name = unique("Agent ");
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(key, name)));
    const done = answers.filter(({ status }) => status === 201);
    expect(new Set(done.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect((await create(key, unique("Other "))).status).toBe(422);
    expect((await create("bad key", name)).status).toBe(400);
  });

  it("belongs to one tenant, repeats expected failures, and keeps secrets unreadable in Redis", async () => {
    const key = unique("key");
    const other = await newTenant(deps);
    const name = unique("Agent ");
    expect((await create(key, name)).body.id).not.toBe((await create(key, name, other.tokens.accessToken)).body.id);
    const conflict = unique("key");
    const slug = unique("s");
    const body = { name: "A", slug };
    await send("/v1/agents/", { method: "POST", body });
    for (const replayed of [null, "true"]) {
      const headers = { "idempotency-key": conflict };
      const answer = await send("/v1/agents/", { method: "POST", body, headers });
      expect([answer.status, answer.headers.get("idempotency-replayed")]).toEqual([409, replayed]);
    }
    const secret = unique("key");
    const made = await send("/v1/auth/api-keys", {
      method: "POST",
      body: { name: "K" },
      headers: { "idempotency-key": secret },
    });
    expect(made.status).toBe(201);
    const stored = await deps.redis.keys(`*${secret}`);
    expect(stored).toHaveLength(1);
    expect(await deps.redis.get(stored[0] as string)).not.toContain(made.body.key);
  });
});

describe("the tenant's request budget", () => {
  it("is counted, told and enforced per tenant, whatever the key", async () => {
    const small = createApi({
      deps,
      config: { redisUrl: deps.backends.redisUrl, requestLimit: { points: 3, windowSec: 60 } },
    });
    const [a, b] = [await newTenant(deps), await newTenant(deps)];
    const ask = (token: string) =>
      small.fetch(new Request("http://127.0.0.1:3000/v1/auth/me", { headers: { authorization: `Bearer ${token}` } }), {
        ip: null,
      });
    const answers = [];
    for (let times = 0; times < 4; times += 1) {
      answers.push(await ask(a.tokens.accessToken));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get("ratelimit-remaining"))).toEqual(["2", "1", "0", null]);
    expect(Number(answers[3]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask(b.tokens.accessToken)).status).toBe(200);
    await small.close();
  });
});

describe("tRPC", () => {
  const query = (path: string, input?: unknown, token?: string | null) =>
    send(`/api/trpc/${path}${input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`}`, {
      ...(token === undefined ? {} : { token }),
    });

  it("serves every contract as a procedure of its kind", async () => {
    for (const [noun, verbs] of Object.entries(contracts)) {
      for (const [verb, contract] of Object.entries(verbs as Record<string, { method: string }>)) {
        const wrongKind = await send(`/api/trpc/${noun}.${verb}`, {
          method: contract.method === "GET" ? "POST" : "GET",
          ...(contract.method === "GET" ? { body: {} } : {}),
        });
        expect([`${noun}.${verb}`, wrongKind.status]).toEqual([`${noun}.${verb}`, 405]);
      }
    }
  });

  it("answers in camelCase, also in batches, each part for itself", async () => {
    const input = { 0: {}, 1: { agentId: "no-such-agent" } };
    const batch = await query("agents.list,agents.get?batch=1".replace("?", "%3F"), undefined);
    expect(batch.status).toBe(404);
    const both = await send(
      `/api/trpc/agents.list,agents.get?batch=1&input=${encodeURIComponent(JSON.stringify(input))}`,
    );
    expect(both.status).toBe(207);
    expect(both.body[0].result.data.items[0]).toHaveProperty("tenantId");
    expect(both.body[1].error.data).toMatchObject({ httpStatus: 404, fault: { code: "NOT_FOUND" } });
  });

  it("carries faults with code, detail and request id", async () => {
    const anonymous = await query("agents.list", {}, null);
    expect(anonymous).toMatchObject({ status: 401, body: { error: { data: { fault: { code: "UNAUTHENTICATED" } } } } });
    const invalid = await send("/api/trpc/runs.create", { method: "POST", body: {} });
    expect(invalid.status).toBe(422);
    expect(invalid.body.error.data.fault).toMatchObject({
      code: "VALIDATION",
      requestId: invalid.headers.get("x-request-id"),
    });
    expect(JSON.stringify(invalid.body)).not.toContain("stack");
    const unknown = await query("agents.nothing");
    expect(unknown).toMatchObject({ status: 404, body: { error: { data: { fault: { code: "NOT_FOUND" } } } } });
  });
});

describe("the rest", () => {
  it("answers health, the reference and its files", async () => {
    expect((await send("/health/live", { token: null })).status).toBe(200);
    expect(await send("/health/ready", { token: null })).toMatchObject({
      status: 200,
      body: { parts: { database: "ok", redis: "ok" } },
    });
    expect((await send("/openapi.json", { token: null })).body.openapi).toBe("3.1.1");
    expect((await send("/schemas/pipeline.json", { token: null })).body.title).toBe("DjinnBot pipeline");
    for (const path of ["/docs", "/docs/", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/docs/start.js"]) {
      const response = await api.fetch(new Request(`http://127.0.0.1:3000${path}`), { ip: null });
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      await response.arrayBuffer();
    }
    expect((await send("/docs/../package.json", { token: null })).status).toBe(404);
    expect((await send("/docs/toString", { token: null })).status).toBe(404);
  });

  it("shows metrics to our own services only", async () => {
    expect((await send("/metrics")).status).toBe(404);
    const response = await api.fetch(
      new Request("http://127.0.0.1:3000/metrics", {
        headers: { authorization: `Bearer ${deps.config.serviceToken}` },
      }),
      { ip: null },
    );
    expect(await response.text()).toContain("djinnbot_http_request_duration_seconds");
  });
});
