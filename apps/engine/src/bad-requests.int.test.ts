/** Requests nobody should send: tokens that are none, bodies that are none, ids that name nothing. Nothing of it reaches a run. */
import { createHmac, sign } from "node:crypto";
import { request } from "node:http";
import { newId } from "@djinnbot/contracts";
import { signBrowserToken } from "@djinnbot/core";
import { signingKey, signToken } from "@djinnbot/core/signing";
import { newTenant, testBackends } from "@djinnbot/testing";
import { afterAll, describe, expect, it } from "vitest";
import { startPlatform } from "./testing/platform.ts";

const platform = await startPlatform({ backends: await testBackends(), engines: 0 });
afterAll(() => platform.stop());
const tenant = await newTenant(platform.deps);
const secret = platform.deps.config.authSecretKey;
const base64 = (value: object | Buffer) =>
  (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))).toString("base64url");
const parts = tenant.tokens.accessToken.split(".");
const read = (at: number) => JSON.parse(Buffer.from(parts[at] ?? "", "base64url").toString());
const [head, claims] = [read(0), read(1)];

/** A token with our key's own signature over whatever it says. */
function signed(header: object, payload: object): string {
  const text = `${base64(header)}.${base64(payload)}`;
  return `${text}.${base64(sign(null, Buffer.from(text), signingKey(secret).privateKey))}`;
}
function hmacWithPublicKey(format: "pem" | "der"): string {
  const { publicKey } = signingKey(secret);
  const type = "spki";
  const key = format === "pem" ? publicKey.export({ format, type }) : publicKey.export({ format, type });
  const text = `${base64({ ...head, alg: "HS256" })}.${base64(claims)}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}
const now = Math.floor(Date.now() / 1000);
const ids = { userId: tenant.userId, tenantId: tenant.tenantId, sessionId: claims.sid };

const badTokens: Record<string, string> = {
  garbage: "garbage",
  "three empty parts": "..",
  "an unknown key": "djb_0123456789abcdef0123456789abcdef",
  "a very long one": "x".repeat(5000),
  "a changed claim": [parts[0], base64({ ...claims, tid: newId("tenant") }), parts[2]].join("."),
  "no signature": `${parts[0]}.${parts[1]}.`,
  "alg none": `${base64({ ...head, alg: "none" })}.${parts[1]}.`,
  "alg none with the signature": [base64({ ...head, alg: "none" }), parts[1], parts[2]].join("."),
  "HS256 with the public key": hmacWithPublicKey("pem"),
  "HS256 with the public key's bytes": hmacWithPublicKey("der"),
  expired: await signToken(secret, { kind: "access", claims: ids, lifetimeSec: 60, now: Date.now() - 120_000 }),
  "no expiry": signed(head, { ...claims, exp: undefined }),
  "not valid yet": signed(head, { ...claims, nbf: now + 600 }),
  "made for the browser": await signBrowserToken(platform.deps.config, ids),
  "another type": signed(head, { ...claims, typ: "refresh" }),
  "another audience": signed(head, { ...claims, aud: "somebody-else" }),
  "another issuer": signed(head, { ...claims, iss: "somebody-else" }),
  "another key's id": signed({ ...head, kid: "other" }, claims),
  "another secret": await signToken("another-secret-of-the-right-length", {
    kind: "access",
    claims: ids,
    lifetimeSec: 60,
  }),
  "a sign-in that is not there": await signToken(secret, {
    kind: "access",
    claims: { ...ids, sessionId: newId("userSession") },
    lifetimeSec: 60,
  }),
  "another tenant": await signToken(secret, {
    kind: "access",
    claims: { ...ids, tenantId: newId("tenant") },
    lifetimeSec: 60,
  }),
  "the refresh token": tenant.tokens.refreshToken,
};

async function get(path: string, token: string) {
  const response = await fetch(`${platform.api.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const text = await response.text();
  return { status: response.status, text };
}

describe("tokens", () => {
  it("the forger of this file makes one that is accepted, when it changes nothing", async () => {
    expect((await get("/v1/runs/", signed(head, claims))).status).toBe(200);
  });

  it.each(Object.entries(badTokens))("%s is refused everywhere in the same words", async (_name, token) => {
    const answers = await Promise.all([
      get("/v1/runs/", token),
      get("/api/trpc/runs.list?input=%7B%7D", token),
      get("/v1/events/stream", token),
      get(`/v1/events/stream/${newId("run")}`, token),
      get(`/v1/events/stream?token=${encodeURIComponent(token)}`, token),
      get("/v1/llm/demo/models", token),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
    for (const { text } of answers) {
      expect(text).toContain("The token or key is not valid.");
      expect(text).not.toContain(token);
    }
  });
});

/** One request of raw bytes: `fetch` would mend some of what is wrong here. */
function send(options: { method?: string; path: string; headers?: Record<string, string>; body?: string | Buffer[] }) {
  const { path, method = "POST", body = "" } = options;
  const headers = {
    authorization: `Bearer ${tenant.tokens.accessToken}`,
    "content-type": "application/json",
    ...options.headers,
  };
  return new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
    const sent = request(`${platform.api.url}${path}`, { method, headers }, async (response) => {
      let text = "";
      for await (const chunk of response) {
        text += chunk;
      }
      resolve({ status: response.statusCode ?? 0, body: text.startsWith("{") ? JSON.parse(text) : { text } });
    });
    // A server that refuses a body closes before it has all of it.
    sent.on("error", (error: NodeJS.ErrnoException) => (error.code === "EPIPE" ? undefined : reject(error)));
    for (const chunk of Array.isArray(body) ? body : [body]) {
      sent.write(chunk);
    }
    sent.end();
  });
}
const faultOf = async (options: Parameters<typeof send>[0]) => {
  const { status, body } = await send(options);
  const fault = "error" in body ? (body.error as { data: { fault: { code: string } } }).data.fault : body;
  return [status, (fault as { code?: string }).code];
};

describe.each([
  ["REST", "/v1/agents/"],
  ["tRPC", "/api/trpc/agents.create"],
])("%s bodies", (_name, path) => {
  const post = (body: string | Buffer[], headers: Record<string, string> = {}) => faultOf({ path, body, headers });
  const million = "x".repeat(1_100_000);

  it("too large, told in advance or not", async () => {
    expect(await post(JSON.stringify({ name: million }))).toEqual([413, "TOO_LARGE"]);
    const chunks = Array.from({ length: 20 }, () => Buffer.alloc(100_000, "x"));
    expect(await post(chunks, { "transfer-encoding": "chunked" })).toEqual([413, "TOO_LARGE"]);
    const flood = Array.from({ length: 200 }, () => Buffer.alloc(100_000, "x"));
    expect(await post(flood, { "transfer-encoding": "chunked" })).toEqual([413, "TOO_LARGE"]);
    expect(await post(flood, { "content-length": "20000000" })).toEqual([413, "TOO_LARGE"]);
    // On a connection that carried such a body.
    expect((await post(JSON.stringify({ name: "Fine" })))[1]).toBeUndefined();
  });

  it("not JSON, not an object, not text", async () => {
    for (const body of ["{", '{"name":}', "nonsense", '{"name":"a"} x']) {
      expect([body, ...(await post(body))]).toEqual([body, 400, "BAD_REQUEST"]);
    }
    for (const body of ["[1]", '"name"', "12"]) {
      expect(["BAD_REQUEST", "VALIDATION"]).toContain((await post(body))[1]);
    }
    expect(await post([Buffer.from('{"name":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])).toEqual([
      400,
      "BAD_REQUEST",
    ]);
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/xml",
    ]) {
      const [status, code] = await post('{"name":"A"}', { "content-type": type });
      expect([type, { 400: "BAD_REQUEST", 415: "UNSUPPORTED" }[status as number]]).toEqual([type, code]);
    }
  });

  it("nested too deep, and keys of prototypes", async () => {
    expect(await post(`{"name":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)).toEqual([400, "BAD_REQUEST"]);
    for (const key of ["__proto__", "\\u005f_proto__"]) {
      expect(await post(`{"name":"A","${key}":{"isAdmin":true}}`)).toEqual([400, "BAD_REQUEST"]);
    }
    const { status } = await send({ path, body: '{"name":"A","constructor":{"prototype":{"polluted":1}}}' });
    expect([200, 201, 400, 422]).toContain(status);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("text that no database keeps", async () => {
    for (const name of ["\\u0000", "\\ud800"]) {
      expect(await post(`{"name":"A","description":"${name}"}`)).toEqual([422, "VALIDATION"]);
    }
  });

  it("too much of something", async () => {
    const [status] = await post(JSON.stringify({ name: "n".repeat(100_000) }));
    expect(status).toBe(422);
    const keys = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, index]));
    expect((await post(JSON.stringify(keys)))[0]).toBe(422);
  });
});

describe("ids and addresses", () => {
  it("ids that name nothing are not found, whatever they look like", async () => {
    const strange = [
      "toString",
      "__proto__",
      "constructor",
      "..%2f..%2fetc%2fpasswd",
      "%00",
      "run_x%0a",
      "' OR 1=1 --",
      "x".repeat(2000),
    ];
    for (const id of [newId("run"), ...strange].map((each) => (each.includes("%") ? each : encodeURIComponent(each)))) {
      for (const path of [
        `/v1/runs/${id}`,
        `/v1/runs/${id}/logs`,
        `/v1/pipelines/${id}`,
        `/v1/agents/${id}`,
        `/v1/events/stream/${id}`,
      ]) {
        const [status, code] = await faultOf({ method: "GET", path });
        expect([path, status, code]).toEqual([path, 404, "NOT_FOUND"]);
      }
      expect((await faultOf({ path: `/v1/runs/${id}/cancel` }))[0]).toBe(404);
    }
    for (const name of ["runs.toString", "__proto__.get", "constructor", "runs.__proto__"]) {
      expect(await faultOf({ method: "GET", path: `/api/trpc/${name}` })).toEqual([404, "NOT_FOUND"]);
    }
  });

  it("queries that say nonsense are told so", async () => {
    for (const query of ["limit=0", "limit=abc", "limit=99999999", "status=nonsense", "cursor=nonsense"]) {
      const { status } = await send({ method: "GET", path: `/v1/runs/?${query}` });
      expect([query, status]).toEqual([query, expect.toSatisfy((n: number) => n === 400 || n === 422)]);
    }
    expect((await send({ method: "GET", path: "/v1/events/stream?since=nonsense" })).status).toBe(422);
  });

  it("nothing of this file made anything but agents of wrong names", async () => {
    const { rows } = await platform.deps.system.pool.query("SELECT count(*)::int AS n FROM runs");
    expect(rows[0].n).toBe(0);
    expect(await faultOf({ method: "GET", path: "/health/ready" })).toEqual([200, undefined]);
  });
});
