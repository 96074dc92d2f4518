/** Taking runs: which one is next, and the fence that makes the taker the only one who can change it. */
import { busyRunStatuses, idleRunStatuses, runRequestId, startableRunStatuses } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import { type OutboxMessage, outboxMessage } from "@djinnbot/core/outbox";
import { type Statement, tenantPipeline } from "@djinnbot/core/tenant-sql";
import { now } from "../lib/clock.ts";
import { needsNoServer } from "./repository.ts";
import { type LoadedRun, loadRunAfter } from "./rows.ts";
import { sqlList } from "./sql-list.ts";

const busy = sqlList(busyRunStatuses);
const startable = sqlList(startableRunStatuses);
const idle = sqlList(idleRunStatuses);
/** The condition of the index of the queue. */
const queued = `r.status IN ${startable} AND r.cancel_requested_at IS NULL`;

export interface RunKey {
  tenantId: string;
  runId: string;
}
/** A run as an engine holds it: it is another's when the row's epoch is not this one. */
export interface HeldKey extends RunKey {
  epoch: number;
}
interface Pending extends RunKey {
  repository: string | null;
}
export interface Candidate extends RunKey {
  status: string;
  /** Null when its engine has given it up of its own accord. */
  owner: string | null;
}

/**
 * Pending runs in fair order: the tenant with the fewest running runs first, among equals the one that was served longest ago, one
 * run of each in turn, oldest first; only as many per tenant as its limit leaves room for (G8). What it reads grows with the tenants
 * that wait, not with their queues. Of the tenants `full` only runs that need no git server.
 */
export async function pendingRuns(deps: Deps, limit: number, full: readonly string[] = []): Promise<Pending[]> {
  const oldest = (of: string) => `(
         SELECT r.id, r.created_at, r.repository FROM runs r WHERE r.tenant_id = a.tenant_id AND ${queued} AND ${of}
         ORDER BY r.created_at, r.id LIMIT LEAST($1, a.room)
       )`;
  const { rows } = await deps.system.pool.query<Pending>(
    `WITH RECURSIVE busy AS (
       SELECT tenant_id, count(*) AS n FROM runs WHERE status IN ${busy} GROUP BY tenant_id
     ), waiting AS (
       (SELECT r.tenant_id FROM runs r WHERE ${queued} ORDER BY r.tenant_id LIMIT 1)
       UNION ALL SELECT (
         SELECT r.tenant_id FROM runs r WHERE ${queued} AND r.tenant_id > waiting.tenant_id ORDER BY r.tenant_id LIMIT 1
       ) FROM waiting WHERE waiting.tenant_id IS NOT NULL
     ), asking AS (
       SELECT t.id AS tenant_id, t.id = ANY($2) AS "full", COALESCE(b.n, 0) AS busy, GREATEST(0, t.max_concurrent_runs - COALESCE(b.n, 0)) AS room, (
         SELECT r.started_at FROM runs r WHERE r.tenant_id = t.id AND r.started_at IS NOT NULL ORDER BY r.started_at DESC LIMIT 1
       ) AS served_at
       FROM waiting w JOIN tenants t ON t.id = w.tenant_id LEFT JOIN busy b ON b.tenant_id = t.id WHERE t.status = 'active'
     )
     SELECT next.id AS "runId", a.tenant_id AS "tenantId", next.repository FROM asking a CROSS JOIN LATERAL (
       SELECT r.id, r.created_at, r.repository, row_number() OVER (ORDER BY r.created_at, r.id) AS n FROM (
         ${oldest('NOT a."full"')} UNION ALL ${oldest(`a."full" AND ${needsNoServer}`)}
       ) r
     ) next ORDER BY a.busy + next.n, COALESCE(a.served_at, 0), next.created_at, next.id LIMIT $1`,
    [limit, full],
  );
  return rows;
}

/** How many runs wait to be started. */
export async function countPending(deps: Deps): Promise<number> {
  const { rows } = await deps.system.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM runs WHERE status IN ${startable} AND cancel_requested_at IS NULL`,
  );
  return rows[0]?.count ?? 0;
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

/** A run this engine may work on now: the fence of everything it writes, the run as Postgres has it, what is to be told. */
export interface Claim {
  epoch: number;
  loaded: LoadedRun;
  messages: OutboxMessage[];
}
interface Owned extends RunKey {
  owner: string;
}

/**
 * Starts a pending run: pending → running with a new epoch, unless the tenant has no room or somebody was faster. Tenants take
 * turns by an advisory lock, so two engines cannot both fill the last place. Null when it could not be started.
 */
export async function startRun(deps: Deps, { tenantId, runId, owner }: Owned): Promise<Claim | null> {
  const message = outboxMessage({ tenantId, requestId: runRequestId(runId) }, ["run", "tenant", "global"], {
    type: "RUN_STATUS_CHANGED",
    runId,
    status: "running",
  });
  const startedAt = now();
  const claim = await claimBy(deps, { tenantId, runId, owner }, [
    {
      name: "engine-lock-tenant",
      text: "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
      values: [`engine:${tenantId}`],
    },
    {
      name: "engine-start-run",
      text: `WITH started AS (
         UPDATE runs SET status = 'running', lease_epoch = lease_epoch + 1, lease_owner = $2, updated_at = $3
         WHERE id = $1 AND status IN ${startable} AND cancel_requested_at IS NULL
           AND (SELECT count(*) FROM runs busy WHERE busy.status IN ${busy} AND busy.tenant_id = $4)
             < (SELECT max_concurrent_runs FROM tenants WHERE id = $4 AND status = 'active')
         RETURNING lease_epoch AS epoch
       ), enqueued AS (
         INSERT INTO outbox (id, streams, run_id, message, created_at) SELECT $5, $6, $1, $7::jsonb, $3 FROM started
       ) SELECT epoch FROM started`,
      values: [runId, owner, startedAt, tenantId, message.id, message.streams, JSON.stringify(message.message)],
    },
  ]);
  return claim && { ...claim, messages: [message] };
}

/** Takes over a run that was begun, or that waits to be cancelled. Null when there is nothing to take. */
export async function takeRun(deps: Deps, { tenantId, runId, owner }: Owned): Promise<Claim | null> {
  const claim = await claimBy(deps, { tenantId, runId, owner }, [
    {
      name: "engine-take-run",
      text: `UPDATE runs SET lease_epoch = lease_epoch + 1, lease_owner = $2
       WHERE id = $1 AND (status IN ${busy} OR (status IN ${idle} AND cancel_requested_at IS NOT NULL))
       RETURNING lease_epoch AS epoch`,
      values: [runId, owner],
    },
  ]);
  return claim && { ...claim, messages: [] };
}

/** The last statement answers the new epoch, or nothing. */
async function claimBy(deps: Deps, key: Owned, statements: readonly Statement[]) {
  const { answers, loaded } = await loadRunAfter(deps, key, statements);
  const [row] = (answers.at(-1) ?? []) as { epoch: number }[];
  return row && loaded ? { epoch: row.epoch, loaded } : null;
}

/** Says that nobody works on the run now, so that it need not be waited for. Nothing is said of one that is lost, which is no fault here. */
export async function disownRun(deps: Deps, key: HeldKey): Promise<void> {
  const text = "UPDATE runs SET lease_owner = NULL WHERE id = $1 AND lease_epoch = $2";
  await tenantPipeline(deps.db, key.tenantId, [{ text, values: [key.runId, key.epoch] }]);
}

/** What others did to runs this engine holds. A run that is not in the answer is gone. */
export async function checkHeld(
  deps: Deps,
  runIds: readonly string[],
): Promise<
  {
    runId: string;
    status: string;
    epoch: number;
    cancelRequestedAt: number | null;
    pauseRequestedAt: number | null;
  }[]
> {
  if (runIds.length === 0) {
    return [];
  }
  const { rows } = await deps.system.pool.query(
    `SELECT id AS "runId", status, lease_epoch AS epoch, cancel_requested_at AS "cancelRequestedAt",
       pause_requested_at AS "pauseRequestedAt" FROM runs WHERE id = ANY($1)`,
    [runIds],
  );
  return rows;
}
