/** What every verb gets: who calls, for which tenant, and the doors to database and Redis. Made by an edge, never by a verb. */
import type { Log } from "@djinnbot/config";
import type { InputOf, OutputOf, Scope } from "@djinnbot/contracts";
import type { Db } from "@djinnbot/db";
import type { SystemDb } from "@djinnbot/db/system";
import type { Redis } from "@djinnbot/events";
import type { Services } from "./services.ts";

/** Who acts. `sessionId` of a user is the sign-in; of a run key it is the workload's session. */
export type Actor =
  | { kind: "anonymous" }
  | { kind: "user"; userId: string; sessionId: string; via: "cookie" | "token" }
  | { kind: "apiKey"; keyId: string; userId: string | null }
  | { kind: "run"; keyId: string; runId: string; sessionId: string; agentId: string }
  | { kind: "service"; name: string };

/** Settings of the process that verbs need; parsed from the environment at the composition root. */
export interface CoreConfig {
  version: string;
  dataDir: string;
  publicUrl: string;
  authSecretKey: string;
  secretEncryptionKey: string;
  serviceToken: string;
  allowedRepositoryDirs: readonly string[];
  allowPrivateAddresses: boolean;
  /** Who keeps a session's workload to its run's streams: Redis itself, or the relay of the door. */
  redisSessionUsers: "acl" | "relay";
  /** Checked when the process starts. */
  egressPrivateHosts: readonly string[];
}

/** Shared by all requests of a process. */
export interface Deps {
  db: Db;
  system: SystemDb;
  redis: Redis;
  log: Log;
  config: CoreConfig;
}

/** A request of somebody within a tenant. */
export interface Ctx {
  tenantId: string;
  actor: Actor;
  scopes: ReadonlySet<Scope>;
  requestId: string;
  /** Address of the caller, for the audit log and limits; null inside. */
  ip: string | null;
  userAgent: string | null;
  log: Log;
  now: () => number;
  deps: Deps;
  /** Other nouns, wherever they live (DESIGN 2). */
  services: Services;
}

/** A request before a tenant is known: sign-in, registration, status. */
export type PublicCtx = Omit<Ctx, "tenantId" | "services">;

export interface VerbArgs<C> {
  ctx: Ctx;
  input: InputOf<C>;
}
export interface PublicVerbArgs<C> {
  ctx: PublicCtx & { tenantId: string | null };
  input: InputOf<C>;
}
/** A verb of a contract. */
export type Verb<C> = (args: VerbArgs<C>) => Promise<OutputOf<C>>;
export type PublicVerb<C> = (args: PublicVerbArgs<C>) => Promise<OutputOf<C>>;
