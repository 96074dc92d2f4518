/**
 * Every change of a held run, fenced by the lease's epoch, with the messages that follow from it. One statement applies the changes
 * of many runs of a tenant: what a step costs the database is mostly transaction and plan, and those are shared then.
 */
import {
  openRunStatuses,
  type RunStatus,
  type StepKind,
  type StepStatus,
  startableStepStatuses,
} from "@djinnbot/contracts";
import type { OutboxMessage } from "@djinnbot/core/outbox";
import type { Statement } from "@djinnbot/core/tenant-sql";
import type { HeldKey } from "./claim.ts";
import { failWhenLost } from "./fence.ts";
import { sqlList } from "./sql-list.ts";

export interface RunPatch {
  status?: RunStatus;
  currentStepId?: string | null;
  stepsCompleted?: number;
  cursor?: string;
  failureCode?: string | null;
  failureMessage?: string | null;
  pushStatus?: string;
  pushDetail?: string | null;
  /** When a run that waits is looked at again; null: only when somebody wakes it. */
  wakeAt?: number | null;
  /** Nobody waits for the pause any more. It must still be asked for: whoever has taken it back meanwhile was told that the run goes on. */
  pauseRequestedAt?: null;
  /** Kept when it is set already. */
  startedAt?: number;
  completedAt?: number | null;
}
export interface StepEnd {
  id: string;
  /** The row must be in one of these. */
  from: readonly StepStatus[];
  status: StepStatus;
  stepId: string;
  outputs: Record<string, string>;
  summary: string | null;
  error: string | null;
  failureCode: string | null;
  commitHash: string | null;
  commitMessage: string | null;
}
export interface StepStart {
  id: string;
  agentName: string;
  agentEmoji: string | null;
  inputs: Record<string, unknown>;
  sessionId: string;
  modelUsed: string;
  maxRetries: number;
  startedAt: number;
  deadlineAt: number;
}
export interface NewStep {
  id: string;
  stepId: string;
  attempt: number;
  sequence: number;
  kind: StepKind;
  agentId: string;
  status: "queued" | "running" | "waiting";
  retryCount: number;
  maxRetries: number;
  humanContext: string | null;
  queuedAt: number;
  /** Present when the step starts at once in the workload that is there. */
  agentName?: string;
  agentEmoji?: string | null;
  inputs?: Record<string, unknown>;
  sessionId?: string;
  modelUsed?: string;
  startedAt?: number;
  deadlineAt?: number;
}
/** What is not given stays as it is. */
interface Parts {
  run?: RunPatch;
  end?: StepEnd;
  start?: StepStart;
  add?: NewStep;
  messages: readonly OutboxMessage[];
}
export interface Change extends Parts {
  /** Rare changes that go with it in the same transaction, and not without it. */
  also?: readonly Statement[];
}
/** A change with which nothing goes: it may share its transaction with those of other runs. */
export type LoneTransition = HeldKey & Parts & { also?: never };

/** The name of a column list's patch: what the patch does not name stays. */
const set = {
  unlessNull: (column: string, field: string, type = "") =>
    `${column} = COALESCE((c.patch->>'${field}')${type}, runs.${column})`,
  ifGiven: (column: string, field: string, type = "") =>
    `${column} = CASE WHEN c.patch ? '${field}' THEN (c.patch->>'${field}')${type} ELSE runs.${column} END`,
};

/**
 * `$1` changes, `$2` now; one of the two answers below ends it. The condition on the patch is always true; it makes the planner expect
 * few changes, and look for each run by its id. Else a plan made while the table is small reads all runs of the tenant.
 */
const body = `
WITH changes AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb)
    AS c("runId" text, epoch int, patch jsonb, ended jsonb, started jsonb, added jsonb, messages jsonb)
  WHERE jsonb_typeof(c.patch) = 'object'
), run AS (
  UPDATE runs SET
    ${set.unlessNull("status", "status")},
    ${set.ifGiven("current_step_id", "currentStepId")},
    ${set.unlessNull("steps_completed", "stepsCompleted", "::int")},
    ${set.unlessNull("status_cursor", "cursor")},
    ${set.ifGiven("failure_code", "failureCode")},
    ${set.ifGiven("failure_message", "failureMessage")},
    ${set.unlessNull("push_status", "pushStatus")},
    ${set.ifGiven("push_detail", "pushDetail")},
    started_at = COALESCE(runs.started_at, (c.patch->>'startedAt')::bigint),
    ${set.ifGiven("completed_at", "completedAt", "::bigint")},
    ${set.ifGiven("wake_at", "wakeAt", "::bigint")},
    pause_requested_at = CASE WHEN c.patch ? 'pauseRequestedAt'
      THEN NULLIF(1 / (runs.pause_requested_at IS NOT NULL)::int, 1) ELSE runs.pause_requested_at END,
    updated_at = $2
  FROM changes c
  WHERE runs.id = c."runId" AND runs.lease_epoch = c.epoch AND runs.status IN ${sqlList(openRunStatuses)}
  RETURNING runs.id, c.ended, c.started, c.added, c.messages
), enqueued AS (
  INSERT INTO outbox (id, streams, run_id, message, created_at)
  SELECT m.id, ARRAY(SELECT jsonb_array_elements_text(m.streams)), run.id, m.message, $2
  FROM run, jsonb_to_recordset(run.messages) AS m(id text, streams jsonb, message jsonb)
), ended AS (
  UPDATE steps SET status = e.status, outputs = e.outputs, summary = e.summary, error = e.error, failure_code = e."failureCode",
    commit_hash = e."commitHash", commit_message = e."commitMessage", completed_at = $2
  FROM run, jsonb_to_record(run.ended) AS e(id text, "from" jsonb, status text, outputs jsonb, summary text, error text,
    "failureCode" text, "commitHash" text, "commitMessage" text)
  WHERE steps.id = e.id AND steps.run_id = run.id AND e."from" ? steps.status
  RETURNING steps.run_id, steps.step_id, steps.status, steps.outputs
), kept AS (
  INSERT INTO outputs (run_id, key, step_id, value, updated_at)
  SELECT ended.run_id, kv.key, ended.step_id, kv.value, $2 FROM ended, jsonb_each_text(ended.outputs) AS kv
  WHERE ended.status = 'completed'
  ON CONFLICT (tenant_id, run_id, key)
  DO UPDATE SET value = EXCLUDED.value, step_id = EXCLUDED.step_id, updated_at = EXCLUDED.updated_at
), started AS (
  UPDATE steps SET status = 'running', agent_name = s."agentName", agent_emoji = s."agentEmoji", inputs = s.inputs,
    session_id = s."sessionId", model_used = s."modelUsed", max_retries = s."maxRetries", started_at = s."startedAt",
    deadline_at = s."deadlineAt"
  FROM run, jsonb_to_record(run.started) AS s(id text, "agentName" text, "agentEmoji" text, inputs jsonb, "sessionId" text,
    "modelUsed" text, "maxRetries" int, "startedAt" bigint, "deadlineAt" bigint)
  WHERE steps.id = s.id AND steps.run_id = run.id AND steps.status IN ${sqlList(startableStepStatuses)}
  RETURNING steps.run_id
), added AS (
  INSERT INTO steps (id, run_id, step_id, attempt, kind, sequence, agent_id, agent_name, agent_emoji, status, inputs, retry_count,
    max_retries, session_id, model_used, human_context, queued_at, started_at, deadline_at)
  SELECT n.id, run.id, n."stepId", n.attempt, n.kind, n.sequence, n."agentId", n."agentName", n."agentEmoji", n.status,
    COALESCE(n.inputs, '{}'::jsonb), n."retryCount", n."maxRetries", n."sessionId", n."modelUsed", n."humanContext", n."queuedAt",
    n."startedAt", n."deadlineAt"
  FROM run, jsonb_to_record(run.added) AS n(id text, "stepId" text, attempt int, kind text, sequence int, "agentId" text, "agentName" text,
    "agentEmoji" text, status text, inputs jsonb, "retryCount" int, "maxRetries" int, "sessionId" text, "modelUsed" text,
    "humanContext" text, "queuedAt" bigint, "startedAt" bigint, "deadlineAt" bigint)
  WHERE run.added IS NOT NULL
)`;

const sound = `1 / (CASE
  WHEN run.ended IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ended WHERE ended.run_id = run.id) THEN 0
  WHEN run.started IS NOT NULL AND NOT EXISTS (SELECT 1 FROM started WHERE started.run_id = run.id) THEN 0
  ELSE 1 END) AS sound`;

/** A row for each run that was changed: one that is lost keeps no other from it. */
const together = `${body} SELECT run.id AS "runId", ${sound} FROM run`;

/** Fails when a run is lost, and with it all that comes after it in the transaction. */
const accompanied = `${body} SELECT c."runId", ${failWhenLost("run.id IS NULL")}, ${sound}
FROM changes c LEFT JOIN run ON run.id = c."runId"`;

/** What the statement fails with when a step is not where it should be, or a pause was taken back: the divisions above. */
export const staleState = "22012";

/** Applies changes of different runs of one tenant; one that is lost is left out, and the others are written. */
export function groupStatement(changes: readonly LoneTransition[], now: number): Statement {
  return { name: "engine-transitions", text: together, values: [rowsOf(changes), now] };
}

/** Applies one change, or fails: it begins the transaction of what goes with it. */
export function accompaniedStatement(change: LoneTransition, now: number): Statement {
  return { name: "engine-accompanied-transitions", text: accompanied, values: [rowsOf([change]), now] };
}

function rowsOf(changes: readonly LoneTransition[]): string {
  return JSON.stringify(
    changes.map(({ runId, epoch, run = {}, end, start, add, messages }) => ({
      ...{ runId, epoch, patch: run, ended: end, started: start, added: add },
      messages: messages.map(({ id, streams, message }) => ({ id, streams, message })),
    })),
  );
}
