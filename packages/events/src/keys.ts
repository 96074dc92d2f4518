/**
 * The only place that spells a Redis key (DESIGN 4.6). Tenant keys start with `djinnbot:t:{tenantId}:`; the system keys below
 * are the ones the specification names (3.5.1, 3.8.3), and each carries the tenant in its value or in its own name.
 */
import { RunId, SessionId, TenantId } from "@djinnbot/contracts";
import { z } from "zod";

/** A DNS label; before, it was the id of a session. */
const WorkloadName = z.string().regex(/^[a-z0-9_-]{1,63}$/);

const tenant = (tenantId: string) => `djinnbot:t:${TenantId.parse(tenantId)}`;
const run = (tenantId: string, runId: string) => `${tenant(tenantId)}:run:${RunId.parse(runId)}`;

/** Keys of one tenant. */
export const tenantKeys = {
  events: (tenantId: string) => `${tenant(tenantId)}:events:global`,
  runEvents: (tenantId: string, runId: string) => `${tenant(tenantId)}:events:run:${RunId.parse(runId)}`,
  runCommands: (tenantId: string, runId: string) => `${run(tenantId, runId)}:commands`,
  runStatus: (tenantId: string, runId: string) => `${run(tenantId, runId)}:status`,
  idempotency: (tenantId: string, actor: string, key: string) => `${tenant(tenantId)}:idem:${actor}:${key}`,
  requestLimit: (tenantId: string) => `${tenant(tenantId)}:limit:requests`,
  /** Requests that end or pause runs. */
  controlLimit: (tenantId: string) => `${tenant(tenantId)}:limit:control`,
  /** Requests with the run key of a session. */
  sessionLimit: (tenantId: string, sessionId: string) =>
    `${tenant(tenantId)}:limit:session:${SessionId.parse(sessionId)}`,
  /** Whether a provider that is reached with the tenant's key answers. */
  breaker: (tenantId: string, providerId: string) => `${tenant(tenantId)}:breaker:${providerId}`,
  /** Marks an outbox message as published. */
  published: (tenantId: string, messageId: string) => `${tenant(tenantId)}:published:${messageId}`,
} as const;

/** Keys that belong to the installation. */
export const systemKeys = {
  globalEvents: "djinnbot:events:global",
  engineGroup: "djinnbot:cg:engine-workers",
  runLock: (runId: string) => `djinnbot:lock:run:${RunId.parse(runId)}`,
  lock: (name: string) => `djinnbot:lock:${name}`,
  /** Registry of workloads: hash of what hosts a session, by the workload's name. */
  container: (name: string) => `djinnbot:containers:${WorkloadName.parse(name)}`,
  /** Set of the names that have a registry entry, so that a sweep needs no SCAN. */
  containers: "djinnbot:containers",
  /** Heartbeats of engine instances: sorted set, member instance id, score epoch ms. */
  instances: "djinnbot:instances",
  instance: (instanceId: string) => `djinnbot:instance:${instanceId}`,
  /** Hash of how workloads were last seen to be contained; kept while no engine is alive. */
  lastWorkload: "djinnbot:instances:workload",
  /** The same for a provider that is reached with the platform's key. */
  breaker: (providerId: string) => `djinnbot:breaker:${providerId}`,
  /** Sign-in attempts, by address or by hashed account (no tenant is known yet). */
  authLimit: "djinnbot:limit:auth",
  sessionCache: (sessionId: string) => `djinnbot:auth:session:${sessionId}`,
} as const;

/** Key patterns and prefixes a workload's Redis user may touch: its own run's streams, nothing else (DESIGN 4.8). */
export function workloadKeys(tenantId: string, runId: string): { read: string[]; write: string[] } {
  return {
    read: [tenantKeys.runCommands(tenantId, runId)],
    write: [tenantKeys.runStatus(tenantId, runId), tenantKeys.runEvents(tenantId, runId)],
  };
}
/** Name of a session's Redis user. */
export function workloadUser(sessionId: string): string {
  return `djinnbot-${SessionId.parse(sessionId)}`;
}
/** True for a key that DESIGN 4.6 allows; used by the scan after the test suite. */
export function isKnownKey(key: string): boolean {
  const known = [
    /^djinnbot:t:ten_[0-9a-z]+:/,
    /^djinnbot:(events:global|containers|instances)(:dead)?$/,
    /^djinnbot:instances:workload$/,
    /^djinnbot:(containers|instance|lock|limit:auth|auth:session|breaker):/,
  ];
  return known.some((pattern) => pattern.test(key));
}
