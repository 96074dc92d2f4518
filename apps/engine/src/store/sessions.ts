/** Sessions: one agent's life in a workload. */
import { openSessionStatuses, type SessionStatus, terminalRunStatuses } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import { type Statement, tenantPipeline } from "@djinnbot/core/tenant-sql";
import { now } from "../clock.ts";
import { LostRun } from "../errors.ts";
import { workloadNamePrefix } from "../workload/name.ts";
import { sqlList } from "./sql-list.ts";

/** A run in one of these has no workload. */
const parked = ["waiting", "paused"];

/** Registers a session and names its workload; fenced by the run's epoch. Answers the name; throws LostRun. */
export async function insertSession(
  deps: Pick<Deps, "db">,
  options: {
    tenantId: string;
    runId: string;
    sessionId: string;
    epoch: number;
    agentId: string;
    userId: string | null;
    model: string;
    prompt: string;
    /** The agent as the run keeps it from now on. */
    agent: { slug: string; hash: string; profile: object };
    /** What is made with the session. */
    also: readonly Statement[];
  },
): Promise<string> {
  const { tenantId, runId, sessionId, agentId, userId, prompt, model, epoch, agent } = options;
  const [, inserted] = await tenantPipeline(deps.db, tenantId, [
    // A statement of its own, so that the next one counts what was committed before the lock was had.
    { name: "engine-hold-run", text: "SELECT 1 FROM runs WHERE id = $1 FOR NO KEY UPDATE", values: [runId] },
    {
      name: "engine-insert-session",
      text: `INSERT INTO sessions (id, agent_id, user_id, source, source_id, workload, status, user_prompt, model, created_at)
       SELECT $3, $4, $5, 'pipeline', id, $6::text || (SELECT count(*) + 1 FROM sessions WHERE source = 'pipeline' AND source_id = $1),
         'starting', $7, $8, $9
       FROM runs WHERE id = $1 AND lease_epoch = $2 RETURNING workload`,
      values: [runId, epoch, sessionId, agentId, userId, workloadNamePrefix(options), prompt, model, now()],
    },
    {
      name: "engine-keep-version",
      text: "INSERT INTO agent_versions (hash, profile) VALUES ($1, $2::jsonb) ON CONFLICT DO NOTHING",
      values: [agent.hash, JSON.stringify(agent.profile)],
    },
    {
      name: "engine-keep-agent",
      text: `INSERT INTO run_agents (run_id, slug, hash) SELECT id, $3, $4 FROM runs WHERE id = $1 AND lease_epoch = $2
       ON CONFLICT DO NOTHING`,
      values: [runId, epoch, agent.slug, agent.hash],
    },
    ...options.also,
  ]);
  const name: unknown = inserted?.[0]?.workload;
  if (typeof name !== "string") {
    throw new LostRun(runId);
  }
  return name;
}

export async function markSessionRunning(
  deps: Pick<Deps, "db">,
  { tenantId, sessionId }: { tenantId: string; sessionId: string },
): Promise<void> {
  await tenantPipeline(deps.db, tenantId, [
    {
      text: "UPDATE sessions SET status = 'running', started_at = $2 WHERE id = $1 AND status = 'starting'",
      values: [sessionId, now()],
    },
  ]);
}

export async function closeSessionRow(
  deps: Pick<Deps, "db">,
  options: { tenantId: string; sessionId: string; status: SessionStatus; error: string | null },
): Promise<void> {
  const { tenantId, sessionId, status, error } = options;
  await tenantPipeline(deps.db, tenantId, [
    {
      text: `UPDATE sessions SET status = $2, error = $3, completed_at = $4 WHERE id = $1 AND status IN ${sqlList(openSessionStatuses)}`,
      values: [sessionId, status, error, now()],
    },
  ]);
}

export interface OpenSession {
  tenantId: string;
  sessionId: string;
  runId: string;
  workload: string | null;
}

/** Sessions left open although their run is over or waits: what a crash between the end of a run and its tidying leaves. */
export async function leftoverSessions(deps: Deps, olderThanMs: number): Promise<OpenSession[]> {
  const { rows } = await deps.system.pool.query<OpenSession>(
    `SELECT s.tenant_id AS "tenantId", s.id AS "sessionId", s.source_id AS "runId", s.workload FROM sessions s
     LEFT JOIN runs r ON r.tenant_id = s.tenant_id AND r.id = s.source_id
     WHERE s.source = 'pipeline' AND s.status IN ${sqlList(openSessionStatuses)} AND s.created_at < $1
       AND (r.id IS NULL OR (r.status IN ${sqlList(terminalRunStatuses)} AND r.completed_at < $1)
         OR (r.status IN ${sqlList(parked)} AND r.updated_at < $1))
     LIMIT 200`,
    [now() - olderThanMs],
  );
  return rows;
}
