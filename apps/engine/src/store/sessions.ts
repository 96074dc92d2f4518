/** Sessions: one agent's life in a workload. */
import { newId, openSessionStatuses, type SessionStatus, terminalRunStatuses } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import { withTenantSql } from "@djinnbot/core/tenant-sql";
import { LostRun } from "../errors.ts";
import { workloadName } from "../workload/name.ts";
import { sqlList } from "./sql-list.ts";

/** Registers a session and names its workload; fenced by the run's epoch. */
export async function insertSession(
  deps: Deps,
  options: {
    tenantId: string;
    runId: string;
    epoch: number;
    agentId: string;
    userId: string | null;
    model: string;
    prompt: string;
  },
): Promise<{ sessionId: string; name: string }> {
  const { tenantId, runId } = options;
  const sessionId = newId("session");
  return withTenantSql(deps.db, tenantId, async (sql) => {
    const held = await sql.query("SELECT 1 FROM runs WHERE id = $1 AND lease_epoch = $2 FOR NO KEY UPDATE", [
      runId,
      options.epoch,
    ]);
    if (held.rowCount === 0) {
      throw new LostRun(runId);
    }
    const { rows } = await sql.query<{ n: number }>(
      "SELECT count(*)::int + 1 AS n FROM sessions WHERE source = 'pipeline' AND source_id = $1",
      [runId],
    );
    const name = workloadName({ tenantId, runId, n: rows[0]?.n ?? 1 });
    await sql.query(
      `INSERT INTO sessions (id, agent_id, user_id, source, source_id, workload, status, user_prompt, model, created_at)
       VALUES ($1, $2, $3, 'pipeline', $4, $5, 'starting', $6, $7, $8)`,
      [sessionId, options.agentId, options.userId, runId, name, options.prompt, options.model, Date.now()],
    );
    return { sessionId, name };
  });
}

export async function markSessionRunning(deps: Deps, key: { tenantId: string; sessionId: string }): Promise<void> {
  await withTenantSql(deps.db, key.tenantId, (sql) =>
    sql.query("UPDATE sessions SET status = 'running', started_at = $2 WHERE id = $1 AND status = 'starting'", [
      key.sessionId,
      Date.now(),
    ]),
  );
}

export async function closeSessionRow(
  deps: Deps,
  options: { tenantId: string; sessionId: string; status: SessionStatus; error: string | null },
): Promise<void> {
  await withTenantSql(deps.db, options.tenantId, (sql) =>
    sql.query(
      `UPDATE sessions SET status = $2, error = $3, completed_at = $4 WHERE id = $1 AND status IN ${sqlList(openSessionStatuses)}`,
      [options.sessionId, options.status, options.error, Date.now()],
    ),
  );
}

export interface OpenSession {
  tenantId: string;
  sessionId: string;
  runId: string;
  workload: string | null;
}

/** Sessions left open although their run is over: what a crash between the end of a run and its tidying leaves. */
export async function leftoverSessions(deps: Deps, olderThanMs: number): Promise<OpenSession[]> {
  const { rows } = await deps.system.pool.query<OpenSession>(
    `SELECT s.tenant_id AS "tenantId", s.id AS "sessionId", s.source_id AS "runId", s.workload FROM sessions s
     LEFT JOIN runs r ON r.tenant_id = s.tenant_id AND r.id = s.source_id
     WHERE s.source = 'pipeline' AND s.status IN ${sqlList(openSessionStatuses)} AND s.created_at < $1
       AND (r.id IS NULL OR (r.status IN ${sqlList(terminalRunStatuses)} AND r.completed_at < $1))
     LIMIT 200`,
    [Date.now() - olderThanMs],
  );
  return rows;
}
