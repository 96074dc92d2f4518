import type { Fault, Tokens } from "@djinnbot/contracts";
import {
  bearer,
  credentials,
  newTenant,
  type TestDeps,
  type TestTenant,
  testDeps,
  twoTenants,
  unique,
} from "@djinnbot/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, servicesFor } from "../call.ts";
import { anonymousCaller, authenticate } from "./authenticate.ts";
import { signBrowserToken, verifyBrowserToken } from "./browser-token.ts";
import { signInBrowser } from "./login.ts";
import { revokeBrowserSession } from "./logout.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.close());

const stranger = (ip: string | null = null) => anonymousCaller(deps, credentials({ ip }));
const auth = (verb: string, input: unknown, ip: string | null = null) => call(stranger(ip), "auth", verb, input);
const as = (token: string) => authenticate(deps, credentials({ authorization: bearer(token) }));
const register = async (part: Record<string, string> = {}) => {
  const input = { email: `${unique("u")}@example.com`, password: unique("Secret-"), ...part };
  return { input, tokens: (await auth("register", input)) as Tokens };
};
const setTenantStatus = (tenantId: string, status: string) =>
  deps.system.pool.query("UPDATE tenants SET status = $2 WHERE id = $1", [tenantId, status]);

describe("registration", () => {
  it("lets exactly one of two setups through, and none afterwards", async () => {
    const own = await testDeps();
    try {
      const input = () => ({ email: `${unique("u")}@example.com`, password: unique("Secret-") });
      const setup = () => call(anonymousCaller(own, credentials()), "auth", "setup", input());
      expect(await call(anonymousCaller(own, credentials()), "auth", "status", {})).toMatchObject({
        setupComplete: false,
      });
      const results = await Promise.allSettled([setup(), setup(), setup()]);
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      await expect(setup()).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await call(anonymousCaller(own, credentials()), "auth", "status", {})).toMatchObject({
        setupComplete: true,
      });
    } finally {
      await own.close();
    }
  });

  it("makes a tenant with its owner, and a slug of its own for an equal name", async () => {
    const { a, b } = await twoTenants(deps);
    const [tenantA, tenantB] = [await a.services.tenants.me({}), await b.services.tenants.me({})];
    expect(tenantA).toMatchObject({ id: a.tenantId, name: "Acme", ownerUserId: a.userId, status: "active" });
    expect(tenantB.slug).not.toBe(tenantA.slug);
    expect(tenantB.slug).toMatch(/^acme/);
    const { rows } = await deps.system.pool.query("SELECT action FROM audit_log WHERE tenant_id = $1", [a.tenantId]);
    expect(rows.map((row) => row.action).sort()).toEqual(["tenant.create", "user.register"]);
  });

  it("refuses an e-mail address that is taken, also in another spelling and at the same moment", async () => {
    const { input } = await register();
    await expect(auth("register", { ...input, email: input.email.toUpperCase() })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    const twice = { email: `${unique("u")}@example.com`, password: unique("Secret-") };
    const results = await Promise.allSettled([auth("register", twice), auth("register", twice)]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const { rows } = await deps.system.pool.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM tenants WHERE owner_user_id IS NULL",
    );
    expect(rows[0]?.n).toBe(0);
  });
});

describe("sign-in", () => {
  it("answers the same for a wrong password and an unknown account", async () => {
    const { input } = await register();
    const failure = async (email: string) => {
      const [result] = await Promise.allSettled([auth("login", { email, password: "wrong" })]);
      return result.status === "rejected" ? (result.reason as Fault) : expect.fail("signed in");
    };
    const wrong = await failure(input.email);
    const unknown = await failure(`${unique()}@example.com`);
    expect(wrong).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(unknown).toMatchObject({ code: "UNAUTHENTICATED", message: wrong.message });
    expect(await auth("login", input)).toMatchObject({ tokenType: "Bearer", expiresIn: 900 });
  });

  it("limits attempts per account, then says when to come back", async () => {
    const email = `${unique()}@example.com`;
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await expect(auth("login", { email, password: "wrong" })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    }
    await expect(auth("login", { email, password: "wrong" })).rejects.toMatchObject({
      code: "LIMIT",
      retryAfterSec: expect.any(Number),
    });
    const { input } = await register();
    expect(await auth("login", input)).toBeDefined();
  });

  it("refuses inactive people and suspended tenants with FORBIDDEN only after the right password", async () => {
    const { input, tokens } = await register();
    await deps.system.pool.query("UPDATE users SET is_active = false WHERE id = $1", [tokens.user.id]);
    await expect(auth("login", input)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(auth("login", { ...input, password: "wrong" })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(as(tokens.accessToken)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(auth("refresh", tokens)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("goes on in memory when Redis is away", async () => {
    const { input } = await register();
    const away = deps.redis.duplicate({ lazyConnect: true, enableOfflineQueue: false });
    const without = { ...deps, redis: away };
    const tokens = (await call(anonymousCaller(without, credentials()), "auth", "login", input)) as Tokens;
    const caller = await authenticate(without, credentials({ authorization: bearer(tokens.accessToken) }));
    expect(caller.tenantId).toBe(tokens.user.tenantId);
    away.disconnect();
  });
});

describe("refresh tokens", () => {
  it("rotate, and end the whole sign-in when a used one comes again", async () => {
    const { tokens } = await register();
    const second = (await auth("refresh", tokens)) as Tokens;
    const third = (await auth("refresh", second)) as Tokens;
    expect((await as(third.accessToken)).tenantId).toBe(tokens.user.tenantId);
    await expect(auth("refresh", tokens)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(auth("refresh", third)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(as(third.accessToken)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    const { rows } = await deps.system.pool.query(
      "SELECT 1 FROM audit_log WHERE tenant_id = $1 AND action = 'auth.refreshReplayed'",
      [tokens.user.tenantId],
    );
    expect(rows).toHaveLength(1);
  });

  it("detect the copy when two exchange the same token at once", async () => {
    const { tokens } = await register();
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => auth("refresh", tokens)));
    const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value as Tokens] : []));
    expect(won).toHaveLength(1);
    await expect(as(won[0]?.accessToken ?? "")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(auth("refresh", won[0])).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("are unknown when made up", async () => {
    await expect(auth("refresh", { refreshToken: "djr_nothing" })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });
});

describe("ending sign-ins", () => {
  it("logout ends the access token at once, though it was cached", async () => {
    const { tokens } = await register();
    const caller = await as(tokens.accessToken);
    expect(await call(caller, "auth", "logout", { refreshToken: tokens.refreshToken })).toEqual({ status: "ok" });
    await expect(as(tokens.accessToken)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(auth("refresh", tokens)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("a new password needs the old one and ends the other sign-ins only", async () => {
    const { input, tokens } = await register();
    const other = (await auth("login", input)) as Tokens;
    const services = servicesFor(await as(tokens.accessToken));
    await as(other.accessToken);
    const next = unique("Secret-");
    await expect(services.auth.updateProfile({ newPassword: next, currentPassword: "wrong" })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    const user = await services.auth.updateProfile({
      newPassword: next,
      currentPassword: input.password,
      displayName: "Ada",
    });
    expect(user.displayName).toBe("Ada");
    await expect(as(other.accessToken)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect((await as(tokens.accessToken)).tenantId).toBe(tokens.user.tenantId);
    expect(await auth("login", { email: input.email, password: next })).toBeDefined();
  });
});

describe("browser sign-ins", () => {
  it("work by cookie only, and end with revocation", async () => {
    const tenant = await newTenant(deps);
    const base = { ip: null, userAgent: null, requestId: "req_1" };
    await expect(signInBrowser(deps, { ...base, email: tenant.email, password: "wrong" })).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
    const signIn = await signInBrowser(deps, { ...base, email: tenant.email, password: tenant.password });
    const { tenantId, sessionId, user } = signIn;
    const cookie = await signBrowserToken(deps.config, { tenantId, sessionId, userId: user.id, email: user.email });
    expect(await verifyBrowserToken(deps.config, cookie)).toMatchObject({ sessionId, email: tenant.email });
    const caller = await authenticate(deps, credentials({ sessionCookie: cookie }));
    expect(caller.actor).toMatchObject({ kind: "user", via: "cookie", userId: user.id });
    await expect(as(cookie)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    const misused = await authenticate(deps, credentials({ sessionCookie: tenant.tokens.accessToken }));
    expect(misused.actor.kind).toBe("anonymous");
    await revokeBrowserSession(deps, sessionId);
    expect((await authenticate(deps, credentials({ sessionCookie: cookie }))).actor.kind).toBe("anonymous");
  });
});

describe("who calls", () => {
  let tenant: TestTenant;
  beforeAll(async () => {
    tenant = await newTenant(deps);
  });

  it("refuses every bearer that is not ours", async () => {
    for (const token of ["x", "djb_unknown", "djb_run_unknown", "a.b.c", deps.config.serviceToken.slice(1)]) {
      await expect(as(token)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    }
    await expect(authenticate(deps, credentials({ authorization: "Basic abc" }))).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
    expect((await authenticate(deps, credentials())).actor.kind).toBe("anonymous");
  });

  it("takes the tenant from the header for our services only", async () => {
    const { a, b } = await twoTenants(deps);
    const authorization = bearer(deps.config.serviceToken);
    const service = await authenticate(deps, credentials({ authorization, tenantHeader: a.tenantId }));
    expect(service).toMatchObject({ tenantId: a.tenantId, actor: { kind: "service" } });
    expect(service.scopes.has("service")).toBe(true);
    const person = await authenticate(
      deps,
      credentials({ authorization: bearer(b.tokens.accessToken), tenantHeader: a.tenantId }),
    );
    expect(person.tenantId).toBe(b.tenantId);
    await expect(authenticate(deps, credentials({ authorization, tenantHeader: "x'y" }))).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
  });

  it("gives an API key its scopes, never more than its maker has now", async () => {
    const made = await tenant.services.apiKeys.create({
      name: "ci",
      scopes: ["runs:read", "settings:write", "keys:write"],
    });
    const caller = await as(made.key);
    expect([...caller.scopes].sort()).toEqual(["keys:write", "runs:read", "settings:write"]);
    expect(caller.actor).toMatchObject({ kind: "apiKey", keyId: made.id, userId: tenant.userId });
    await expect(servicesFor(caller).apiKeys.create({ name: "more", scopes: ["agents:write"] })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    const list = await tenant.services.apiKeys.list({});
    expect(list).toMatchObject([{ id: made.id, keyPrefix: made.key.slice(0, 10) }]);
    expect(list[0]?.lastUsedAt).toBeGreaterThan(0);
    expect(JSON.stringify(list)).not.toContain(made.key);

    await deps.system.pool.query("UPDATE users SET role = 'member' WHERE id = $1", [tenant.userId]);
    expect([...(await as(made.key)).scopes].sort()).toEqual(["keys:write", "runs:read"]);
    await deps.system.pool.query("UPDATE users SET role = 'owner' WHERE id = $1", [tenant.userId]);

    await tenant.services.apiKeys.revoke({ keyId: made.id });
    await expect(as(made.key)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(tenant.services.apiKeys.revoke({ keyId: made.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("refuses expired keys and another tenant's hand on them", async () => {
    const { a, b } = await twoTenants(deps);
    const made = await a.services.apiKeys.create({ name: "short", expiresInDays: 1 });
    expect(await b.services.apiKeys.list({})).toEqual([]);
    await expect(b.services.apiKeys.revoke({ keyId: made.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await deps.system.pool.query("UPDATE api_keys SET expires_at = 1 WHERE id = $1", [made.id]);
    await expect(as(made.key)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("refuses everybody of a suspended tenant", async () => {
    const own = await newTenant(deps);
    const made = await own.services.apiKeys.create({ name: "k" });
    const fresh = (await auth("login", { email: own.email, password: own.password })) as Tokens;
    await setTenantStatus(own.tenantId, "suspended");
    await expect(as(made.key)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(as(fresh.accessToken)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await expect(auth("login", { email: own.email, password: own.password })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await setTenantStatus(own.tenantId, "active");
  });

  it("says who it is", async () => {
    expect(await tenant.services.auth.me({})).toMatchObject({
      id: tenant.userId,
      tenantId: tenant.tenantId,
      role: "owner",
      isAdmin: true,
      isService: false,
    });
    await expect(call(stranger(), "auth", "me", {})).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });
});
