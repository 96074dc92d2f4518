/** The only way to a tenant's rows: one transaction that says first whose it is. */
import { TenantId } from "@djinnbot/contracts";
import type pg from "pg";
import type { Db } from "./client.ts";
import type { Prisma } from "./generated/client.ts";

export type Tx = Prisma.TransactionClient;
/** A raw connection inside a tenant transaction. */
export type Sql = Pick<pg.PoolClient, "query">;

const retryable = new Set(["40001", "40P01"]);

/**
 * Runs `use` in one transaction as the tenant (DESIGN 4.1): row-level security shows and accepts that tenant's rows only.
 * Everything commits or nothing. Keep network calls outside. Throws what `use` throws.
 */
export async function withTenant<T>(db: Db, tenantId: string, use: (tx: Tx) => Promise<T>): Promise<T> {
  const id = TenantId.parse(tenantId);
  return db.prisma.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT set_config('app.tenant_id', ${id}, true)`;
      return use(tx);
    },
    { maxWait: 10_000, timeout: 30_000 },
  );
}

/** The same rules without Prisma, for the engine's hot path: BEGIN and the tenant go in one round trip. */
export async function withTenantSql<T>(db: Db, tenantId: string, use: (sql: Sql) => Promise<T>): Promise<T> {
  const id = TenantId.parse(tenantId);
  for (let attempt = 1; ; attempt += 1) {
    const client = await db.pool.connect();
    let broken: Error | undefined;
    try {
      // The id matched [0-9a-z_], so it needs no escaping.
      await client.query(`BEGIN; SELECT set_config('app.tenant_id', '${id}', true)`);
      const result = await use(client);
      await client.query("COMMIT");
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch((failed: Error) => {
        broken = failed;
      });
      if (attempt >= 3 || !retryable.has((error as { code?: string }).code ?? "")) {
        throw error;
      }
    } finally {
      client.release(broken);
    }
  }
}

interface Corkable {
  pipeline: boolean;
  connection?: { stream?: { cork?: () => void; uncork?: () => void } };
}

/**
 * One statement as a whole tenant transaction, in one round trip: BEGIN, the tenant, the statement and COMMIT are sent together. A
 * statement that fails makes Postgres answer COMMIT with a rollback. For the engine's hottest path.
 */
export async function tenantStatement<R extends pg.QueryResultRow>(
  db: Db,
  tenantId: string,
  statement: { name: string; text: string; values: readonly unknown[] },
): Promise<R[]> {
  const id = TenantId.parse(tenantId);
  for (let attempt = 1; ; attempt += 1) {
    const client = await db.pool.connect();
    const wire = client as unknown as Corkable;
    const socket = wire.connection?.stream;
    wire.pipeline = true;
    socket?.cork?.();
    const sent = [
      client.query(`BEGIN; SELECT set_config('app.tenant_id', '${id}', true)`),
      client.query<R>({ ...statement, values: [...statement.values] }),
      client.query("COMMIT"),
    ] as const;
    socket?.uncork?.();
    const [begun, done, committed] = await Promise.allSettled(sent);
    wire.pipeline = false;
    const failures = [begun, done, committed].filter((part) => part.status === "rejected");
    const fault = failures[0]?.reason as (Error & { code?: string }) | undefined;
    // A statement that fails leaves the connection sound; a BEGIN or COMMIT that fails does not.
    client.release(begun.status === "rejected" || committed.status === "rejected" ? fault : undefined);
    if (done.status === "fulfilled" && !fault) {
      return done.value.rows;
    }
    if (attempt >= 3 || !retryable.has(fault?.code ?? "")) {
      throw fault;
    }
  }
}
