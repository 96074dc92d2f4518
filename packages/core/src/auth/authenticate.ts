/** Who calls? One function for cookie, access token, API key, run key and service token. */
import { Fault, runKeyScopes, type Scope, scopes, TenantId } from "@djinnbot/contracts";
import type { Caller } from "../call.ts";
import { verifyToken } from "../crypto/signing.ts";
import { hashToken, sameSecret, tokenPrefix } from "../crypto/token.ts";
import type { Actor, Deps } from "../ctx.ts";
import { findSignIn, scopesOfRole } from "./sign-in.ts";

/** What an edge read from a request; header values as they came. */
export interface Credentials {
  authorization: string | null;
  /** Value of the session cookie. */
  sessionCookie: string | null;
  /** `X-Tenant-Id`; only our own services may use it. */
  tenantHeader: string | null;
  ip: string | null;
  userAgent: string | null;
  requestId: string;
}
interface Identity {
  tenantId: string | null;
  actor: Actor;
  scopes: Iterable<Scope>;
}

const nobody: Identity = { tenantId: null, actor: { kind: "anonymous" }, scopes: [] };
/** `last_used_at` of a key is good to the minute. */
const touchEveryMs = 60_000;

/**
 * An Authorization header wins over the cookie. Without credentials, or with a cookie that no longer counts, the caller is
 * anonymous; a bearer token that is not valid throws UNAUTHENTICATED. A person or key acts in its own tenant whatever a header says.
 */
export async function authenticate(deps: Deps, credentials: Credentials): Promise<Caller> {
  return toCaller(deps, credentials, await identify(deps, credentials));
}

/** The caller without credentials, for public operations whose bearer token has expired (signing in again must work). */
export function anonymousCaller(deps: Deps, credentials: Credentials): Caller {
  return toCaller(deps, credentials, nobody);
}

function toCaller(deps: Deps, credentials: Credentials, identity: Identity): Caller {
  const { actor, tenantId } = identity;
  const bindings = {
    request_id: credentials.requestId,
    actor: actor.kind,
    ...(tenantId === null ? {} : { tenant_id: tenantId }),
    ...(actor.kind === "run" ? { run_id: actor.runId } : {}),
  };
  return {
    tenantId,
    actor,
    scopes: new Set(identity.scopes),
    requestId: credentials.requestId,
    ip: credentials.ip,
    userAgent: credentials.userAgent,
    log: deps.log.child(bindings),
    now: Date.now,
    deps,
  };
}

async function identify(deps: Deps, credentials: Credentials): Promise<Identity> {
  const bearer = /^Bearer +(\S+) *$/i.exec(credentials.authorization ?? "")?.[1];
  if (credentials.authorization !== null && credentials.authorization !== "") {
    const identity = bearer === undefined ? null : await fromBearer(deps, bearer, credentials);
    if (!identity) {
      throw new Fault("UNAUTHENTICATED", "The token or key is not valid. Sign in again, or check the key.");
    }
    return identity;
  }
  if (credentials.sessionCookie !== null && credentials.sessionCookie !== "") {
    return (await fromSignIn(deps, "browser", credentials.sessionCookie)) ?? nobody;
  }
  return nobody;
}

async function fromBearer(deps: Deps, token: string, credentials: Credentials): Promise<Identity | null> {
  if (token.length > 4096) {
    return null;
  }
  if (token.startsWith(tokenPrefix.userKey)) {
    return fromKey(deps, token);
  }
  if (sameSecret(token, deps.config.serviceToken)) {
    return fromService(credentials.tenantHeader);
  }
  return fromSignIn(deps, "access", token);
}

async function fromSignIn(deps: Deps, kind: "access" | "browser", token: string): Promise<Identity | null> {
  const claims = await verifyToken(deps.config.authSecretKey, kind, token);
  const signIn = claims ? await findSignIn(deps, claims.sessionId, Date.now()) : null;
  const rowKind = kind === "access" ? "token" : "browser";
  if (!claims || signIn?.userId !== claims.userId || signIn.tenantId !== claims.tenantId || signIn.kind !== rowKind) {
    return null;
  }
  const via = kind === "access" ? "token" : "cookie";
  return {
    tenantId: signIn.tenantId,
    actor: { kind: "user", userId: signIn.userId, sessionId: claims.sessionId, via },
    scopes: scopesOfRole(signIn.role),
  };
}

function fromService(tenantHeader: string | null): Identity {
  if (tenantHeader !== null && !TenantId.safeParse(tenantHeader).success) {
    throw new Fault("BAD_REQUEST", "X-Tenant-Id is not a tenant id.");
  }
  return { tenantId: tenantHeader, actor: { kind: "service", name: "service" }, scopes };
}

interface KeyRow {
  id: string;
  tenant_id: string;
  kind: string;
  user_id: string | null;
  run_id: string | null;
  session_id: string | null;
  agent_id: string | null;
  scopes: string[];
  last_used_at: number | null;
  role: string | null;
}

async function fromKey(deps: Deps, token: string): Promise<Identity | null> {
  const now = Date.now();
  const { rows } = await deps.system.pool.query<KeyRow>({
    name: "key",
    text: `SELECT k.id, k.tenant_id, k.kind, k.user_id, k.run_id, k.session_id, k.agent_id, k.scopes, k.last_used_at, u.role
       FROM api_keys k
       JOIN tenants t ON t.id = k.tenant_id AND t.status = 'active'
       LEFT JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id AND u.is_active
      WHERE k.key_hash = $1 AND k.is_active AND (k.expires_at IS NULL OR k.expires_at > $2)`,
    values: [hashToken(token), now],
  });
  const row = rows[0];
  const identity = row ? identityOfKey(row) : null;
  if (row && identity && (row.last_used_at ?? 0) <= now - touchEveryMs) {
    await deps.system.pool.query(
      "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)",
      [row.id, now, now - touchEveryMs],
    );
  }
  return identity;
}

/** A run key can do what runs can; a person's key never more than the person can now. */
function identityOfKey(row: KeyRow): Identity | null {
  if (row.kind === "run" && row.run_id !== null && row.session_id !== null) {
    const run = { keyId: row.id, runId: row.run_id, sessionId: row.session_id, agentId: row.agent_id ?? "" };
    return { tenantId: row.tenant_id, actor: { kind: "run", ...run }, scopes: runKeyScopes };
  }
  if (row.kind !== "user" || row.role === null) {
    return null;
  }
  return {
    tenantId: row.tenant_id,
    actor: { kind: "apiKey", keyId: row.id, userId: row.user_id },
    scopes: scopesOfRole(row.role).filter((scope) => row.scopes.includes(scope)),
  };
}
