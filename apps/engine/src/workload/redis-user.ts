/** The Redis user of one session: it may read its run's commands and append to its run's status and events, nothing else. */
import { type Redis, workloadKeys, workloadUser } from "@djinnbot/events";

/** All a workload's connection sends. No command that lists keys, users or clients, no scripts, no channels. */
const commands = ["+xread", "+xadd", "+ping", "+auth", "+hello", "+select"];

export interface SessionUser {
  tenantId: string;
  runId: string;
  sessionId: string;
  password: string;
}

/** Creates the user, or puts it right when it exists (living connections stay). Throws what Redis answers. */
export async function ensureRedisUser(redis: Redis, user: SessionUser): Promise<void> {
  const { read, write } = workloadKeys(user.tenantId, user.runId);
  await redis.call("ACL", [
    "SETUSER",
    workloadUser(user.sessionId),
    "reset",
    "on",
    `>${user.password}`,
    "resetchannels",
    ...read.map((key) => `%R~${key}`),
    ...write.map((key) => `%W~${key}`),
    "-@all",
    ...commands,
  ]);
}

/** Removes the user and drops its connections. Quiet when there is none. */
export async function deleteRedisUser(redis: Redis, sessionId: string): Promise<void> {
  await redis.call("ACL", ["DELUSER", workloadUser(sessionId)]);
}

/** True while Redis knows the session's user: a Redis that restarted empty does not. */
export async function hasRedisUser(redis: Redis, sessionId: string): Promise<boolean> {
  return (await redis.call("ACL", ["GETUSER", workloadUser(sessionId)])) !== null;
}

/** The address a workload connects to: `url` with the session's user instead of ours. */
export function workloadRedisUrl(url: string, login: { user: string; password: string }): string {
  const address = new URL(url);
  address.username = login.user;
  address.password = login.password;
  return address.href;
}
