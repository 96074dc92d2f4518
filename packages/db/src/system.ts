/**
 * The narrow second client: sees every tenant. Only for sign-in, registration, seeding, publishing the outbox and sweeps; a check
 * lists the files that may import it.
 */
import { type Db, type DbOptions, openDb } from "./client.ts";

declare const isSystem: unique symbol;
/** A database client with the system role; a distinct type, so that it cannot be handed to `withTenant` by mistake. */
export type SystemDb = Omit<Db, "prisma" | "pool" | "beginning"> & {
  readonly [isSystem]: true;
  readonly prisma: Db["prisma"];
  readonly pool: Db["pool"];
};

/** Opens the system role's client; at most 4 connections unless `options.max` says otherwise. Connects on first use. */
export function openSystemDb(options: DbOptions): SystemDb {
  return openDb({ max: 4, ...options }) as unknown as SystemDb;
}
