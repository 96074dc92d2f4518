/** Taking runs: which one is next, and the fence that makes the taker the only one who can change it. */
import { busyRunStatuses, idleRunStatuses, runRequestId, startableRunStatuses } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import { type OutboxMessage, outboxMessage } from "@djinnbot/core/outbox";
import { type Sql, withTenantSql } from "@djinnbot/core/tenant-sql";
import { sqlList } from "./sql-list.ts";

const busy = sqlList(busyRunStatuses);
const startable = sqlList(startableRunStatuses);
const idle = sqlList(idleRunStatuses);

export interface RunKey {
  tenantId: string;
  runId: string;
}
export interface Candidate extends RunKey {
  status: string;
  /** Null when its engine has given it up of its own accord. */
  owner: string | null;
}

/**
 * Pending runs in fair order: the tenant with the fewest running runs first, among equals the one that was served longest ago, one
 * run of each in turn, oldest first; only as many per tenant as its limit leaves room for (G8).
 */
export async function pendingRuns(deps: Deps, limit: number): Promise<RunKey[]> {
  const { rows } = await deps.system.pool.query<RunKey>(
    `WITH busy AS (
       SELECT tenant_id, count(*) AS n FROM runs WHERE status IN ${busy} GROUP BY tenant_id
     ), waiting AS (
       SELECT DISTINCT tenant_id FROM runs WHERE status IN ${startable}
     ), served AS (
       SELECT w.tenant_id, (
         SELECT COALESCE(max(recent.started_at), 0) FROM (
           SELECT started_at FROM runs WHERE tenant_id = w.tenant_id AND status NOT IN ${startable} ORDER BY created_at DESC LIMIT 20
         ) recent
       ) AS at FROM waiting w
     ), queue AS (
       SELECT r.id, r.tenant_id, r.created_at, t.max_concurrent_runs AS room, served.at AS served_at,
         COALESCE(b.n, 0) + row_number() OVER (PARTITION BY r.tenant_id ORDER BY r.created_at, r.id) AS place
       FROM runs r JOIN tenants t ON t.id = r.tenant_id LEFT JOIN busy b ON b.tenant_id = r.tenant_id
       JOIN served ON served.tenant_id = r.tenant_id
       WHERE r.status IN ${startable} AND r.cancel_requested_at IS NULL AND t.status = 'active'
     )
     SELECT id AS "runId", tenant_id AS "tenantId" FROM queue WHERE place <= room ORDER BY place, served_at, created_at, id LIMIT $1`,
    [limit],
  );
  return rows;
}

/** Runs somebody has begun, or asked to cancel: each must have an engine that holds its lock. */
export async function openRuns(deps: Deps): Promise<Candidate[]> {
  const { rows } = await deps.system.pool.query<Candidate>(
    `SELECT id AS "runId", tenant_id AS "tenantId", status, lease_owner AS owner FROM runs
     WHERE status IN ${busy} OR (status IN ${idle} AND cancel_requested_at IS NOT NULL)
     ORDER BY created_at LIMIT 5000`,
  );
  return rows;
}

/** Whose run an id is: for hints that may be about a run that is gone. */
export async function findRun(deps: Deps, runId: string): Promise<Candidate | null> {
  const { rows } = await deps.system.pool.query<Candidate>(
    `SELECT id AS "runId", tenant_id AS "tenantId", status, lease_owner AS owner FROM runs WHERE id = $1`,
    [runId],
  );
  return rows[0] ?? null;
}

/**
 * Starts a pending run: pending → running with a new epoch, unless the tenant has no room or somebody was faster. Tenants take
 * turns by an advisory lock, so two engines cannot both fill the last place. Answers the epoch.
 */
export async function startRun(
  deps: Deps,
  key: RunKey & { owner: string },
): Promise<{ epoch: number; messages: OutboxMessage[] } | null> {
  return withTenantSql(deps.db, key.tenantId, async (sql) => {
    await sql.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`engine:${key.tenantId}`]);
    const { rows } = await sql.query<{ epoch: number }>(
      `UPDATE runs SET status = 'running', lease_epoch = lease_epoch + 1, lease_owner = $2,
         updated_at = $3
       WHERE id = $1 AND status IN ${startable} AND cancel_requested_at IS NULL
         AND (SELECT count(*) FROM runs busy WHERE busy.status IN ${busy} AND busy.tenant_id = $4)
           < (SELECT max_concurrent_runs FROM tenants WHERE id = $4 AND status = 'active')
       RETURNING lease_epoch AS epoch`,
      [key.runId, key.owner, Date.now(), key.tenantId],
    );
    const epoch = rows[0]?.epoch;
    if (epoch === undefined) {
      return null;
    }
    const message = outboxMessage(
      { tenantId: key.tenantId, requestId: runRequestId(key.runId) },
      ["run", "tenant", "global"],
      {
        type: "RUN_STATUS_CHANGED",
        runId: key.runId,
        status: "running",
      },
    );
    await insertOutbox(sql, [message]);
    return { epoch, messages: [message] };
  });
}

/** Takes over a run that was begun, or that waits to be cancelled. Answers the epoch; null when there is nothing to take. */
export async function takeRun(deps: Deps, key: RunKey & { owner: string }): Promise<number | null> {
  return withTenantSql(deps.db, key.tenantId, async (sql) => {
    const { rows } = await sql.query<{ epoch: number }>(
      `UPDATE runs SET lease_epoch = lease_epoch + 1, lease_owner = $2
       WHERE id = $1
         AND (status IN ${busy} OR (status IN ${idle} AND cancel_requested_at IS NOT NULL))
       RETURNING lease_epoch AS epoch`,
      [key.runId, key.owner],
    );
    return rows[0]?.epoch ?? null;
  });
}

/** Says that nobody works on the run now, so that it need not be waited for. */
export async function disownRun(deps: Deps, key: RunKey & { epoch: number }): Promise<void> {
  await withTenantSql(deps.db, key.tenantId, (sql) =>
    sql.query("UPDATE runs SET lease_owner = NULL WHERE id = $1 AND lease_epoch = $2", [key.runId, key.epoch]),
  );
}

async function insertOutbox(sql: Sql, messages: readonly OutboxMessage[]): Promise<void> {
  for (const { id, streams, runId, message } of messages) {
    await sql.query("INSERT INTO outbox (id, streams, run_id, message, created_at) VALUES ($1, $2, $3, $4, $5)", [
      id,
      streams,
      runId,
      JSON.stringify(message),
      Date.now(),
    ]);
  }
}

/** What others did to runs this engine holds. A run that is not in the answer is gone. */
export async function checkHeld(
  deps: Deps,
  runIds: readonly string[],
): Promise<{ runId: string; status: string; epoch: number; cancelRequestedAt: number | null }[]> {
  if (runIds.length === 0) {
    return [];
  }
  const { rows } = await deps.system.pool.query(
    `SELECT id AS "runId", status, lease_epoch AS epoch, cancel_requested_at AS "cancelRequestedAt" FROM runs WHERE id = ANY($1)`,
    [runIds],
  );
  return rows;
}
