/**
 * Every change of a held run: one statement in one transaction, fenced by the lease's epoch, with the messages that follow from
 * it. What is not given stays as it is.
 */
import { openRunStatuses, type RunStatus, type StepStatus, startableStepStatuses } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import type { OutboxMessage } from "@djinnbot/core/outbox";
import { tenantStatement } from "@djinnbot/core/tenant-sql";
import { LostRun, StaleState } from "../errors.ts";
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
  agentId: string;
  status: "queued" | "running";
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
export interface Transition {
  tenantId: string;
  runId: string;
  epoch: number;
  run?: RunPatch;
  end?: StepEnd;
  start?: StepStart;
  add?: NewStep;
  messages: readonly OutboxMessage[];
}

/** Parts of the statement; `$1` run, `$2` epoch, `$3` now, `$4` the run's patch, `$5` messages, then what a part needs. */
const runPart = `
run AS (
  UPDATE runs SET
    status = COALESCE(p->>'status', status),
    current_step_id = CASE WHEN p ? 'currentStepId' THEN p->>'currentStepId' ELSE current_step_id END,
    steps_completed = COALESCE((p->>'stepsCompleted')::int, steps_completed),
    status_cursor = COALESCE(p->>'cursor', status_cursor),
    failure_code = CASE WHEN p ? 'failureCode' THEN p->>'failureCode' ELSE failure_code END,
    failure_message = CASE WHEN p ? 'failureMessage' THEN p->>'failureMessage' ELSE failure_message END,
    push_status = COALESCE(p->>'pushStatus', push_status),
    push_detail = CASE WHEN p ? 'pushDetail' THEN p->>'pushDetail' ELSE push_detail END,
    started_at = COALESCE(started_at, (p->>'startedAt')::bigint),
    completed_at = CASE WHEN p ? 'completedAt' THEN (p->>'completedAt')::bigint ELSE completed_at END,
    updated_at = $3
  FROM (SELECT $4::jsonb AS p) patch
  WHERE id = $1 AND lease_epoch = $2 AND status IN ${sqlList(openRunStatuses)}
  RETURNING id
)`;
const toldPart = `
told AS (
  INSERT INTO outbox (id, streams, run_id, message, created_at)
  SELECT m.id, ARRAY(SELECT jsonb_array_elements_text(m.streams)), run.id, m.message, $3
  FROM run, jsonb_to_recordset($5::jsonb) AS m(id text, streams jsonb, message jsonb)
)`;
// The row's key stands alone on its side of the comparison, so that its index is used whatever the plan.
const endPart = (n: string) => `
ended AS (
  UPDATE steps SET status = e.status, outputs = e.outputs, summary = e.summary, error = e.error, failure_code = e."failureCode",
    commit_hash = e."commitHash", commit_message = e."commitMessage", completed_at = $3
  FROM run, jsonb_to_record(${n}::jsonb) AS e("from" jsonb, status text, outputs jsonb, summary text, error text,
    "failureCode" text, "commitHash" text, "commitMessage" text)
  WHERE steps.id = ${n}::jsonb->>'id' AND steps.run_id = run.id AND e."from" ? steps.status
  RETURNING steps.id, steps.step_id, steps.status
), kept AS (
  INSERT INTO outputs (run_id, key, step_id, value, updated_at)
  SELECT $1, kv.key, ended.step_id, kv.value, $3 FROM ended, jsonb_each_text(${n}::jsonb->'outputs') AS kv
  WHERE ended.status = 'completed'
  ON CONFLICT (tenant_id, run_id, key)
  DO UPDATE SET value = EXCLUDED.value, step_id = EXCLUDED.step_id, updated_at = EXCLUDED.updated_at
)`;
const startPart = (n: string) => `
started AS (
  UPDATE steps SET status = 'running', agent_name = s."agentName", agent_emoji = s."agentEmoji", inputs = s.inputs,
    session_id = s."sessionId", model_used = s."modelUsed", max_retries = s."maxRetries", started_at = s."startedAt",
    deadline_at = s."deadlineAt"
  FROM run, jsonb_to_record(${n}::jsonb) AS s("agentName" text, "agentEmoji" text, inputs jsonb, "sessionId" text,
    "modelUsed" text, "maxRetries" int, "startedAt" bigint, "deadlineAt" bigint)
  WHERE steps.id = ${n}::jsonb->>'id' AND steps.run_id = run.id AND steps.status IN ${sqlList(startableStepStatuses)}
  RETURNING steps.id
)`;
const addPart = (n: string) => `
added AS (
  INSERT INTO steps (id, run_id, step_id, attempt, sequence, agent_id, agent_name, agent_emoji, status, inputs, retry_count,
    max_retries, session_id, model_used, human_context, queued_at, started_at, deadline_at)
  SELECT n.id, run.id, n."stepId", n.attempt, n.sequence, n."agentId", n."agentName", n."agentEmoji", n.status,
    COALESCE(n.inputs, '{}'::jsonb), n."retryCount", n."maxRetries", n."sessionId", n."modelUsed", n."humanContext", n."queuedAt",
    n."startedAt", n."deadlineAt"
  FROM run, jsonb_to_record(${n}::jsonb) AS n(id text, "stepId" text, attempt int, sequence int, "agentId" text, "agentName" text,
    "agentEmoji" text, status text, inputs jsonb, "retryCount" int, "maxRetries" int, "sessionId" text, "modelUsed" text,
    "humanContext" text, "queuedAt" bigint, "startedAt" bigint, "deadlineAt" bigint)
)`;

interface Statement {
  name: string;
  text: string;
}
const statements = new Map<string, Statement>();

/** The statement for the parts a change has; each combination is prepared once per connection. */
function statementOf(change: Pick<Transition, "end" | "start" | "add">): Statement {
  const name = `engine-transition${change.end ? "-end" : ""}${change.start ? "-start" : ""}${change.add ? "-add" : ""}`;
  const known = statements.get(name);
  if (known) {
    return known;
  }
  let next = 6;
  const parameter = () => `$${next++}`;
  const parts = [
    runPart,
    toldPart,
    ...(change.end ? [endPart(parameter())] : []),
    ...(change.start ? [startPart(parameter())] : []),
    ...(change.add ? [addPart(parameter())] : []),
  ];
  const missing = [
    ...(change.end ? ["NOT EXISTS (SELECT 1 FROM ended)"] : []),
    ...(change.start ? ["NOT EXISTS (SELECT 1 FROM started)"] : []),
  ];
  const sound = missing.length === 0 ? "1" : `1 / (CASE WHEN ${missing.join(" OR ")} THEN 0 ELSE 1 END)`;
  const statement = { name, text: `WITH ${parts.join(", ")} SELECT ${sound} AS sound FROM run` };
  statements.set(name, statement);
  return statement;
}

/** What the statement fails with when the step is not where it should be: the division above. */
const divisionByZero = "22012";

/** Throws LostRun when the epoch has moved on, StaleState when the step is not where it should be; nothing is changed then. */
export async function applyTransition(deps: Deps, change: Transition): Promise<void> {
  const values = [
    change.runId,
    change.epoch,
    Date.now(),
    JSON.stringify(change.run ?? {}),
    JSON.stringify(change.messages.map(({ id, streams, message }) => ({ id, streams, message }))),
    ...[change.end, change.start, change.add].flatMap((part) => (part ? [JSON.stringify(part)] : [])),
  ];
  let rows: object[];
  try {
    rows = await tenantStatement(deps.db, change.tenantId, { ...statementOf(change), values });
  } catch (error) {
    if ((error as { code?: string }).code === divisionByZero) {
      throw new StaleState(`step ${change.end?.id ?? change.start?.id}`);
    }
    throw error;
  }
  if (rows.length === 0) {
    throw new LostRun(change.runId);
  }
}
