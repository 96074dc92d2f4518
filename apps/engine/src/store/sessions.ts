/** Sessions: one agent's life in a workload. */
import { openSessionStatuses, type SessionStatus, terminalRunStatuses } from "@djinnbot/contracts";
import { type Deps, deleteRunKeys } from "@djinnbot/core";
import { type Statement, tenantPipeline } from "@djinnbot/core/tenant-sql";
import { now } from "../lib/clock.ts";
import { workloadNamePrefix } from "../workload/name.ts";
import type { HeldKey } from "./claim.ts";
import { heldPipeline } from "./fence.ts";
import { sqlList } from "./sql-list.ts";

/** A run in one of these has no workload. */
const parked = ["waiting", "paused"];

/** Registers a session and names its workload. Answers the name; throws LostRun. */
export async function insertSession(
  deps: Pick<Deps, "db">,
  run: HeldKey,
  options: {
    sessionId: string;
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
  const { runId } = run;
  const { sessionId, agentId, userId, prompt, model, agent } = options;
  const [inserted] = await heldPipeline(deps, run, [
    {
      name: "engine-insert-session",
      text: `INSERT INTO sessions (id, agent_id, user_id, source, source_id, workload, status, user_prompt, model, created_at)
       SELECT $2, $3, $4, 'pipeline', $1::text, $5::text || (SELECT count(*) + 1 FROM sessions WHERE source = 'pipeline' AND source_id = $1),
         'starting', $6, $7, $8 RETURNING workload`,
      values: [runId, sessionId, agentId, userId, workloadNamePrefix(run), prompt, model, now()],
    },
    {
      name: "engine-keep-version",
      text: "INSERT INTO agent_versions (hash, profile) VALUES ($1, $2::jsonb) ON CONFLICT DO NOTHING",
      values: [agent.hash, JSON.stringify(agent.profile)],
    },
    {
      name: "engine-keep-agent",
      text: "INSERT INTO run_agents (run_id, slug, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
      values: [runId, agent.slug, agent.hash],
    },
    ...options.also,
  ]);
  const workload: unknown = inserted?.[0]?.workload;
  if (typeof workload !== "string") {
    throw new Error(`the session ${sessionId} was not registered`);
  }
  return workload;
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

/** Closes the session and takes its keys back, both or neither: a key that outlived its session would open the API for days. */
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
    deleteRunKeys(sessionId),
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
