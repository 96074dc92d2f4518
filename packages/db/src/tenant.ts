/** The only way to a tenant's rows: one transaction that says first whose it is. */
import { TenantId } from "@djinnbot/contracts";
import type pg from "pg";
import { beginText } from "./begin.ts";
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
  return db.beginning.run(id, () => db.prisma.$transaction(use, { maxWait: 10_000, timeout: 30_000 }));
}

/** The same rules without Prisma, for the engine's hot path: BEGIN and the tenant go in one round trip. */
export async function withTenantSql<T>(db: Db, tenantId: string, use: (sql: Sql) => Promise<T>): Promise<T> {
  const begin = beginText(tenantId);
  for (let attempt = 1; ; attempt += 1) {
    const client = await db.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(begin);
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

/**
 * Prepared statements keep their plan for the life of a connection, and the tables may have been empty when it was made: sequential
 * scans are out, whatever the planner then thought of them.
 */
const noSequentialScans = "set_config('enable_seqscan', 'off', true)";

interface Corkable {
  pipeline: boolean;
  connection?: { stream?: { cork?: () => void; uncork?: () => void } };
}
export interface Statement {
  /** Given, the statement is prepared once per connection under this name. */
  name?: string;
  text: string;
  values: readonly unknown[];
}

/**
 * Statements as a whole tenant transaction, in one round trip: BEGIN, the tenant, the statements and COMMIT are sent together, so no
 * statement can depend on what the program makes of an earlier one. Answers the rows of each. One that fails makes Postgres answer
 * COMMIT with a rollback, and its error is thrown. For the engine's hottest path.
 */
export async function tenantPipeline(
  db: Db,
  tenantId: string,
  statements: readonly Statement[],
): Promise<pg.QueryResultRow[][]> {
  const opening = beginText(tenantId);
  for (let attempt = 1; ; attempt += 1) {
    const client = await db.pool.connect();
    const wire = client as unknown as Corkable;
    const socket = wire.connection?.stream;
    wire.pipeline = true;
    socket?.cork?.();
    const begin = client.query(`${opening}, ${noSequentialScans}`);
    const sent = statements.map((statement) => client.query({ ...statement, values: [...statement.values] }));
    const commit = client.query("COMMIT");
    socket?.uncork?.();
    const [begun, ...done] = await Promise.allSettled([begin, ...sent, commit]);
    wire.pipeline = false;
    const committed = done.pop();
    const fault = [begun, ...done, committed].find((part) => part?.status === "rejected")?.reason as
      | (Error & { code?: string })
      | undefined;
    // A statement that fails leaves the connection sound; a BEGIN or COMMIT that fails does not.
    client.release(begun?.status === "rejected" || committed?.status === "rejected" ? fault : undefined);
    if (!fault) {
      return done.map((part) => (part.status === "fulfilled" ? part.value.rows : []));
    }
    if (attempt >= 3 || !retryable.has(fault.code ?? "")) {
      throw fault;
    }
  }
}
