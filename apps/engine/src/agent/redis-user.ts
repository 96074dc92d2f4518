/** A session's login at Redis: a user of its own there, which the door uses for it; where the server forbids that, the door alone knows it. */
import type { Deps } from "@djinnbot/core";
import { redisUserPassword, sessionLogin } from "@djinnbot/core/egress";
import { workloadUser } from "@djinnbot/events";
import { deleteRedisUser, ensureRedisUser, workloadRedisUrl } from "../workload/redis-user.ts";

export interface SessionKey {
  tenantId: string;
  runId: string;
  sessionId: string;
}

/** The address of Redis with the session's login: at the door, or at Redis itself where the workload has a network. */
export function sessionRedisUrl(
  deps: Deps,
  { tenantId, sessionId }: SessionKey,
  at: { url: string; network: "door" | "open" },
): string {
  const secret = deps.config.authSecretKey;
  if (at.network === "open") {
    const password = redisUserPassword(secret, sessionId);
    return workloadRedisUrl(at.url, { user: workloadUser(sessionId), password });
  }
  // The door chooses server and database.
  return workloadRedisUrl("redis://door", sessionLogin(secret, "redis", { tenantId, sessionId }));
}

/** Creates the session's user, or makes it again; harmless when it exists. */
export async function ensureSessionUser(deps: Deps, key: SessionKey): Promise<void> {
  if (deps.config.redisSessionUsers === "acl") {
    await ensureRedisUser(deps.redis, {
      ...key,
      password: redisUserPassword(deps.config.authSecretKey, key.sessionId),
    });
  }
}

/** Removes the session's user and drops its connections. Quiet when there is none. */
export async function deleteSessionUser(deps: Deps, sessionId: string): Promise<void> {
  if (deps.config.redisSessionUsers === "acl") {
    await deleteRedisUser(deps.redis, sessionId);
  }
}

/** Makes missing users again: Redis keeps them in memory only. Answers how many were missing. */
export async function restoreRedisUsers(deps: Deps, sessions: readonly SessionKey[]): Promise<number> {
  if (sessions.length === 0 || deps.config.redisSessionUsers !== "acl") {
    return 0;
  }
  const known = new Set((await deps.redis.acl("USERS")) as string[]);
  const missing = sessions.filter((session) => !known.has(workloadUser(session.sessionId)));
  await Promise.all(missing.map((session) => ensureSessionUser(deps, session)));
  return missing.length;
}

/** Throws when sessions could not get their logins here, with what to do about it. Says nothing while Redis does not answer. */
export async function checkSessionUsers(deps: Deps, network: "door" | "open"): Promise<void> {
  if (deps.config.redisSessionUsers === "relay") {
    if (network === "open") {
      throw new Error(
        "REDIS_SESSION_USERS=relay needs workloads without a network: sandboxed processes, or Docker on Linux",
      );
    }
    return;
  }
  const name = "djinnbot-probe";
  const refusal = await deps.redis.call("ACL", ["SETUSER", name, "reset", "off"]).then(
    () => null,
    (error: Error) => (error.name === "ReplyError" ? error.message : null),
  );
  if (refusal !== null) {
    throw new Error(`This Redis lets nobody make users (${refusal}). Set REDIS_SESSION_USERS=relay`);
  }
  await deps.redis.call("ACL", ["DELUSER", name]).catch(() => undefined);
}
