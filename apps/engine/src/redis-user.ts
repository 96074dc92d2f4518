/** The password of a session's Redis user, and making users again that Redis has forgotten. */
import { createHmac } from "node:crypto";
import type { Deps } from "@djinnbot/core";
import { workloadUser } from "@djinnbot/events";
import { ensureRedisUser } from "./workload/redis-user.ts";

export interface SessionKey {
  tenantId: string;
  runId: string;
  sessionId: string;
}

/** Follows from the installation's secret, so that any engine can make the user again with the password its workload has. */
export function redisPassword(deps: Deps, sessionId: string): string {
  return createHmac("sha256", deps.config.authSecretKey).update(`workload redis user ${sessionId}`).digest("base64url");
}

/** Creates the session's user, or makes it again; harmless when it exists. */
export async function ensureSessionUser(deps: Deps, key: SessionKey): Promise<void> {
  await ensureRedisUser(deps.redis, { ...key, password: redisPassword(deps, key.sessionId) });
}

/** Makes missing users again: Redis keeps them in memory only. Answers how many were missing. */
export async function restoreRedisUsers(deps: Deps, sessions: readonly SessionKey[]): Promise<number> {
  if (sessions.length === 0) {
    return 0;
  }
  const known = new Set((await deps.redis.acl("USERS")) as string[]);
  const missing = sessions.filter((session) => !known.has(workloadUser(session.sessionId)));
  await Promise.all(missing.map((session) => ensureSessionUser(deps, session)));
  return missing.length;
}
