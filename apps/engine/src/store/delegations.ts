/** Delegations of one execution: as they stand with their executors' runs, and the statements that move them on. */
import type { DelegatedTaskStatus, DelegationKind, DelegationStatus, RunStatus } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import { type Statement, tenantPipeline } from "@djinnbot/core/tenant-sql";
import type { RunKey } from "./claim.ts";

export interface TaskRow {
  key: string;
  evaluation: boolean;
  title: string;
  prompt: string;
  dependencies: string[];
  model: string | null;
  timeoutSeconds: number;
  projectId: string | null;
  taskId: string | null;
  /** The executor's run, which may not be there yet. */
  runId: string;
  status: DelegatedTaskStatus;
  error: string | null;
  conflicts: string[];
  outputs: Record<string, string>;
  commitHash: string | null;
  startedAt: number | null;
  completedAt: number | null;
  /** Of the executor's run; null before there is one. */
  runStatus: RunStatus | null;
  runFailure: string | null;
  runOutputs: Record<string, string>;
}
export interface DelegationRow {
  id: string;
  agent: string;
  kind: DelegationKind;
  status: DelegationStatus;
  maxConcurrent: number;
  criteria: string | null;
  deviationRules: string;
  error: string | null;
  deadlineAt: number | null;
  cancelRequestedAt: number | null;
  /** In the order in which the agent named them. */
  tasks: TaskRow[];
}

const text = `SELECT d.id, d.agent, d.kind, d.status, d.max_concurrent AS "maxConcurrent", d.criteria,
    d.deviation_rules AS "deviationRules", d.error, d.deadline_at AS "deadlineAt", d.cancel_requested_at AS "cancelRequestedAt",
    (SELECT jsonb_agg(jsonb_build_object('key', t.key, 'evaluation', t.evaluation, 'title', t.title, 'prompt', t.prompt,
       'dependencies', t.dependencies, 'model', t.model, 'timeoutSeconds', t.timeout_seconds, 'projectId', t.project_id,
       'taskId', t.task_id, 'runId', t.run_id, 'status', t.status, 'error', t.error, 'conflicts', t.conflicts,
       'outputs', t.outputs, 'commitHash', t.commit_hash, 'startedAt', t.started_at, 'completedAt', t.completed_at,
       'runStatus', r.status, 'runFailure', r.failure_message,
       'runOutputs', COALESCE((SELECT jsonb_object_agg(o.key, o.value) FROM outputs o WHERE o.run_id = r.id), '{}'::jsonb)
     ) ORDER BY t.position) FROM delegation_tasks t LEFT JOIN runs r ON r.tenant_id = t.tenant_id AND r.id = t.run_id
     WHERE t.tenant_id = d.tenant_id AND t.delegation_id = d.id) AS tasks
  FROM delegations d WHERE d.run_id = $1 AND d.step_row = $2 ORDER BY d.created_at, d.id`;

/** Oldest first. */
export async function readDelegations(deps: Pick<Deps, "db">, run: RunKey, stepRow: string): Promise<DelegationRow[]> {
  const statement = { text, values: [run.runId, stepRow] };
  const [rows = []] = await tenantPipeline(deps.db, run.tenantId, [statement]);
  return rows as unknown as DelegationRow[];
}

export interface TaskPatch {
  key: string;
  status: DelegatedTaskStatus;
  error?: string | null;
  conflicts?: string[];
  outputs?: Record<string, string>;
  commitHash?: string | null;
}

/** Goes with a transition. `now` becomes the start of what starts and the end of what ends. */
export function moveTasks(delegationId: string, patches: readonly TaskPatch[], now: number): Statement[] {
  return patches.length === 0
    ? []
    : [
        {
          text: `UPDATE delegation_tasks t SET status = p.status, error = p.error, conflicts = COALESCE(p.conflicts, t.conflicts),
             outputs = COALESCE(p.outputs, t.outputs), commit_hash = COALESCE(p."commitHash", t.commit_hash),
             started_at = CASE WHEN p.status = 'running' THEN $3 ELSE t.started_at END,
             completed_at = CASE WHEN p.status = 'running' THEN NULL ELSE $3 END
           FROM jsonb_to_recordset($2::jsonb) AS p(key text, status text, error text, conflicts jsonb, outputs jsonb, "commitHash" text)
           WHERE t.delegation_id = $1 AND t.key = p.key`,
          values: [delegationId, JSON.stringify(patches), now],
        },
      ];
}

/** Goes with a transition. */
export function endDelegation(
  end: { id: string; status: DelegationStatus; error: string | null },
  now: number,
): Statement {
  return {
    text: "UPDATE delegations SET status = $2, error = $3, updated_at = $4, completed_at = $4 WHERE id = $1",
    values: [end.id, end.status, end.error, now],
  };
}

/** In the transaction that makes a run wait: it does not, when somebody asked to cancel one of its delegations meanwhile. */
export function unlessCancelled(runId: string, stepRow: string): Statement {
  return {
    text: `UPDATE runs SET status = 'pending' WHERE id = $1 AND status = 'waiting' AND EXISTS (
       SELECT 1 FROM delegations d WHERE d.run_id = $1 AND d.step_row = $2 AND d.status = 'running' AND d.cancel_requested_at IS NOT NULL)`,
    values: [runId, stepRow],
  };
}
