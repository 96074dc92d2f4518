/** Tenants made the way people make them, by registration; every test gets its own. */
import { randomBytes } from "node:crypto";
import type { Tokens } from "@djinnbot/contracts";
import { grantableScopes } from "@djinnbot/contracts";
import {
  type Caller,
  type Credentials,
  call,
  type Deps,
  type Services,
  serviceCaller,
  servicesFor,
} from "@djinnbot/core";

export interface TestTenant {
  tenantId: string;
  userId: string;
  email: string;
  password: string;
  tokens: Tokens;
  /** Other nouns as the owner, typed. */
  services: Services;
  /** Acts as the owner, in this process. */
  caller: Caller & { tenantId: string };
  /** `run("agents", "list", {})` as the owner. */
  run: <T = unknown>(noun: string, verb: string, input: unknown) => Promise<T>;
}

/** A name that no other test has. */
export function unique(prefix = "x"): string {
  return `${prefix}${randomBytes(6).toString("hex")}`;
}
export function bearer(token: string): string {
  return `Bearer ${token}`;
}
/** What an edge hands to `authenticate`, with nothing in it but what is given. */
export function credentials(part: Partial<Credentials> = {}): Credentials {
  return {
    authorization: null,
    sessionCookie: null,
    tenantHeader: null,
    ip: null,
    userAgent: null,
    requestId: unique("req_"),
    ...part,
  };
}

/** A caller without tenant and sign-in. */
export function stranger(deps: Deps): Caller {
  return {
    ...serviceCaller(deps, { tenantId: "ten_000000", requestId: "req_test", name: "test" }),
    tenantId: null,
    actor: { kind: "anonymous" },
    scopes: new Set(),
    ip: `198.51.100.${1 + Math.floor(Math.random() * 250)}`,
  };
}

/** Registers a tenant with a random e-mail. */
export async function newTenant(deps: Deps, name = "Tenant"): Promise<TestTenant> {
  const mark = randomBytes(6).toString("hex");
  const account = { email: `owner-${mark}@example.test`, password: `pass-${mark}` };
  // The limit of registrations counts addresses: each tenant comes from another one.
  const from = { ...stranger(deps), ip: `10.${[1, 2, 3].map(() => randomBytes(1)[0]).join(".")}` };
  const tokens = (await call(from, "auth", "register", {
    ...account,
    displayName: `Owner ${mark}`,
    tenantName: name,
  })) as Tokens;
  const caller: Caller & { tenantId: string } = {
    ...from,
    tenantId: tokens.user.tenantId,
    actor: { kind: "user", userId: tokens.user.id, sessionId: "test", via: "token" },
    scopes: new Set(grantableScopes),
    requestId: `req_${mark}`,
  };
  return {
    tenantId: tokens.user.tenantId,
    userId: tokens.user.id,
    ...account,
    tokens,
    services: servicesFor(caller),
    caller,
    run: <T = unknown>(noun: string, verb: string, input: unknown) => call(caller, noun, verb, input) as Promise<T>,
  };
}

/** A and B, strangers to each other, of one name. */
export async function twoTenants(deps: Deps): Promise<{ a: TestTenant; b: TestTenant }> {
  const [a, b] = await Promise.all([newTenant(deps, "Acme"), newTenant(deps, "Acme")]);
  return { a, b };
}
