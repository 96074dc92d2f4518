/** The state of a sign-in: who it belongs to and whether it still counts; cached for seconds, ended at once. */
import { grantableScopes, memberScopes, newId, Role, type Scope } from "@djinnbot/contracts";
import type { Tx } from "@djinnbot/db";
import { systemKeys } from "@djinnbot/events";
import { z } from "zod";
import { newToken } from "../crypto/token.ts";
import type { Deps, PublicCtx } from "../ctx.ts";
import { redisOr } from "../limits/redis-first.ts";

/** Refresh tokens and browser sign-ins end after a week without use, and after 30 days in any case. */
export const signInLifetimeMs = 7 * 24 * 3_600_000;
export const signInMaxLifetimeMs = 30 * 24 * 3_600_000;
/** A browser sign-in is prolonged when a day of its week is used up. */
const prolongAfterMs = 24 * 3_600_000;
const cacheSec = 30;
/** Longer than any request that read the row before it was revoked. */
const tombstoneSec = 120;
const tombstone = "ended";

const SignIn = z.object({ userId: z.string(), tenantId: z.string(), kind: z.enum(["token", "browser"]), role: Role });
export type SignIn = z.infer<typeof SignIn>;

/** What a person may do in the tenant. */
export function scopesOfRole(role: string): readonly Scope[] {
  return role === "owner" || role === "admin" ? grantableScopes : memberScopes;
}

/**
 * The sign-in if it counts: not ended, not expired, user active, tenant active. A change of role or status reaches other replicas
 * within 30 seconds; ending a sign-in is immediate, because its cache entry is overwritten by a mark that no reader replaces.
 */
export async function findSignIn(deps: Deps, sessionId: string, now: number): Promise<SignIn | null> {
  const key = systemKeys.sessionCache(sessionId);
  const cached = await redisOr<string | null>(deps, (redis) => redis.get(key), null);
  if (cached === tombstone) {
    return null;
  }
  const hit = cached === null ? null : parseSignIn(cached);
  if (hit) {
    return hit;
  }
  const found = await readSignIn(deps, sessionId, now);
  if (found) {
    await redisOr(deps, (redis) => redis.set(key, JSON.stringify(found), "EX", cacheSec, "NX"), null);
  }
  return found;
}

function parseSignIn(text: string): SignIn | null {
  try {
    return SignIn.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

interface SignInRow {
  user_id: string;
  tenant_id: string;
  kind: string;
  role: string;
  expires_at: number;
  created_at: number;
}

async function readSignIn(deps: Deps, sessionId: string, now: number): Promise<SignIn | null> {
  const { rows } = await deps.system.pool.query<SignInRow>(
    `SELECT s.user_id, s.tenant_id, s.kind, u.role, s.expires_at, s.created_at
       FROM user_sessions s
       JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
       JOIN tenants t ON t.id = s.tenant_id
      WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND u.is_active AND t.status = 'active'`,
    [sessionId, now],
  );
  const row = rows[0];
  if (!row) {
    return null;
  }
  if (row.kind === "browser" && row.expires_at - now < signInLifetimeMs - prolongAfterMs) {
    const until = Math.min(now + signInLifetimeMs, row.created_at + signInMaxLifetimeMs);
    await deps.system.pool.query(
      "UPDATE user_sessions SET expires_at = $2, last_used_at = $3 WHERE id = $1 AND revoked_at IS NULL",
      [sessionId, until, now],
    );
  }
  return SignIn.parse({ userId: row.user_id, tenantId: row.tenant_id, kind: row.kind, role: row.role });
}

export interface NewSignIn {
  sessionId: string;
  /** Null for a browser sign-in: its cookie token is enough. */
  refreshToken: string | null;
}

/** Adds a sign-in inside the caller's transaction, which must already be the tenant's. */
export async function createSignIn(
  tx: Tx,
  ctx: Pick<PublicCtx, "ip" | "userAgent" | "now">,
  options: { userId: string; kind: SignIn["kind"] },
): Promise<NewSignIn> {
  const now = ctx.now();
  const refresh = options.kind === "token" ? newToken("refresh") : null;
  const sessionId = newId("userSession");
  await tx.userSession.create({
    data: {
      id: sessionId,
      userId: options.userId,
      kind: options.kind,
      refreshTokenHash: refresh?.hash ?? null,
      expiresAt: now + signInLifetimeMs,
      createdAt: now,
      lastUsedAt: now,
      ipAddress: ctx.ip,
      userAgent: ctx.userAgent?.slice(0, 512) ?? null,
    },
  });
  return { sessionId, refreshToken: refresh?.token ?? null };
}

/** Makes an ended sign-in count for nobody from now on, on every replica. Call it after the commit. */
export async function forgetSignIn(deps: Deps, sessionIds: readonly string[]): Promise<void> {
  await Promise.all(
    sessionIds.map((id) =>
      redisOr(deps, (redis) => redis.set(systemKeys.sessionCache(id), tombstone, "EX", tombstoneSec), null),
    ),
  );
}

/** Ends the sign-ins that match, inside the tenant's transaction; {@link forgetSignIn} must follow the commit. */
export async function markEnded(
  tx: Tx,
  where: { userId: string; id?: string; not?: { id: string }; refreshTokenHash?: string; now: number },
): Promise<string[]> {
  const rows = await tx.userSession.updateManyAndReturn({
    where: {
      userId: where.userId,
      revokedAt: null,
      ...(where.id === undefined ? {} : { id: where.id }),
      ...(where.not === undefined ? {} : { id: { not: where.not.id } }),
      ...(where.refreshTokenHash === undefined ? {} : { refreshTokenHash: where.refreshTokenHash }),
    },
    data: { revokedAt: where.now },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}
