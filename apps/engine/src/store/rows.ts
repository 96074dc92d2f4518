/** Rows of a run as the engine needs them, read in one go. */
import {
  type FailureCode,
  openSessionStatuses,
  type RunStatus,
  type StepKind,
  type StepStatus,
} from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import type { LoopState } from "@djinnbot/core/pipeline-language";
import { type Statement, tenantPipeline } from "@djinnbot/core/tenant-sql";
import { sqlList } from "./sql-list.ts";

export interface RunRow {
  id: string;
  tenantId: string;
  pipelineId: string;
  pipelineYaml: string;
  task: string;
  status: RunStatus;
  currentStepId: string | null;
  humanContext: unknown;
  repository: string | null;
  baseBranch: string | null;
  modelOverride: string | null;
  initiatedByUserId: string | null;
  leaseEpoch: number;
  statusCursor: string;
  cancelRequestedAt: number | null;
  pauseRequestedAt: number | null;
  startedAt: number | null;
  /** A branch of a parallel step has these. */
  parentRunId: string | null;
  parentStep: string | null;
  rootRunId: string | null;
  /** First step of a branch; a run that has a parent and no branch is an executor. */
  branch: string | null;
  /** A fork begins with this commit. */
  baseCommit: string | null;
}
export interface StepRow {
  /** Primary key. */
  id: string;
  stepId: string;
  attempt: number;
  kind: StepKind;
  sequence: number;
  /** Slug of the agent; empty when none does the step. */
  agentId: string;
  status: StepStatus;
  retryCount: number;
  maxRetries: number;
  sessionId: string | null;
  humanContext: string | null;
  summary: string | null;
  error: string | null;
  failureCode: FailureCode | null;
  queuedAt: number | null;
  startedAt: number | null;
  deadlineAt: number | null;
  commitHash: string | null;
}
export interface SessionRow {
  id: string;
  agentId: string;
  workload: string | null;
  createdAt: number;
}
export interface LoadedRun {
  run: RunRow;
  steps: StepRow[];
  /** Oldest first. */
  outputs: { key: string; value: string }[];
  loops: LoopState[];
  /** Agents as they were when the run came to them first. */
  agents: { slug: string; profile: unknown }[];
  /** Not yet closed, newest first. */
  sessions: SessionRow[];
}

const runColumns = `id, tenant_id AS "tenantId", pipeline_id AS "pipelineId", pipeline_yaml AS "pipelineYaml",
  task_description AS task, status, current_step_id AS "currentStepId", human_context AS "humanContext", repository,
  base_branch AS "baseBranch", model_override AS "modelOverride", initiated_by_user_id AS "initiatedByUserId",
  lease_epoch AS "leaseEpoch", status_cursor AS "statusCursor", cancel_requested_at AS "cancelRequestedAt",
  started_at AS "startedAt", pause_requested_at AS "pauseRequestedAt", parent_run_id AS "parentRunId",
  parent_step AS "parentStep", root_run_id AS "rootRunId", branch, base_commit AS "baseCommit"`;
const stepColumns = `id, step_id AS "stepId", attempt, kind, sequence, agent_id AS "agentId", status, retry_count AS "retryCount",
  max_retries AS "maxRetries", session_id AS "sessionId", human_context AS "humanContext", summary, error,
  failure_code AS "failureCode", queued_at AS "queuedAt",
  started_at AS "startedAt", deadline_at AS "deadlineAt", commit_hash AS "commitHash"`;

const loading = {
  "engine-load-run": `SELECT ${runColumns} FROM runs WHERE id = $1`,
  "engine-load-steps": `SELECT ${stepColumns} FROM steps WHERE run_id = $1 ORDER BY sequence`,
  "engine-load-outputs": "SELECT key, value FROM outputs WHERE run_id = $1 ORDER BY updated_at, key",
  "engine-load-loops": `SELECT step_id AS "stepId", items, current_index AS index, depth, active FROM loop_state WHERE run_id = $1`,
  "engine-load-agents": `SELECT used.slug, version.profile FROM run_agents used
     JOIN agent_versions version ON version.tenant_id = used.tenant_id AND version.hash = used.hash WHERE used.run_id = $1`,
  "engine-load-sessions": `SELECT id, agent_id AS "agentId", workload, created_at AS "createdAt" FROM sessions
     WHERE source = 'pipeline' AND source_id = $1 AND status IN ${sqlList(openSessionStatuses)} ORDER BY created_at DESC`,
};

/** Reads a run after the given statements, in the same transaction and round trip. The answers of those come with it. */
export async function loadRunAfter(
  deps: Pick<Deps, "db">,
  key: { tenantId: string; runId: string },
  before: readonly Statement[],
): Promise<{ answers: object[][]; loaded: LoadedRun | null }> {
  const reads = Object.entries(loading).map(([name, text]) => ({ name, text, values: [key.runId] }));
  const all = await tenantPipeline(deps.db, key.tenantId, [...before, ...reads]);
  const [runs, steps, outputs, loops, agents, sessions] = all.slice(before.length);
  const run = runs?.[0] as RunRow | undefined;
  return {
    answers: all.slice(0, before.length),
    loaded: run
      ? {
          run,
          steps: steps as StepRow[],
          outputs: outputs as LoadedRun["outputs"],
          loops: loops as LoopState[],
          agents: agents as LoadedRun["agents"],
          sessions: sessions as SessionRow[],
        }
      : null,
  };
}

/** Null when the run does not exist (any more). */
export async function loadRun(deps: Pick<Deps, "db">, key: { tenantId: string; runId: string }) {
  return (await loadRunAfter(deps, key, [])).loaded;
}

export interface Failed {
  code: FailureCode;
  message: string;
}
