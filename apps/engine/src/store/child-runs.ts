/** Runs that another run waits for: the branches of a parallel step, and the executors of a delegation. */
import { type RunStatus, terminalRunStatuses } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import type { OutboxMessage } from "@djinnbot/core/outbox";
import { type Statement, tenantPipeline } from "@djinnbot/core/tenant-sql";
import { now } from "../lib/clock.ts";
import type { RunKey } from "./claim.ts";
import { sqlList } from "./sql-list.ts";

/** What a child has of its own. What is null it has of its parent. */
export interface NewChild {
  runId: string;
  pipeline: { id: string; name: string; document: string } | null;
  projectId: string | null;
  task: string | null;
  firstStep: string;
  stepsTotal: number;
  context: Record<string, string> | null;
  model: string | null;
  /** First step of a branch; null: it is an executor. */
  branch: string | null;
}

/** Goes with a transition. `created` are the messages that tell of them. */
export function insertChildren(
  parentId: string,
  options: {
    /** Row of the step that waits for them. */
    parentStep: string;
    /** Newest commit of the parent; null: none of its own yet. */
    head: string | null;
    children: readonly NewChild[];
    created: readonly OutboxMessage[];
  },
): Statement[] {
  const { parentStep, head, children, created } = options;
  const at = now();
  // Their order stays that in which they were named.
  const rows = children.map((child, index) => ({ ...child, createdAt: at + index }));
  return [
    {
      text: `INSERT INTO runs (id, pipeline_id, pipeline_name, pipeline_yaml, project_id, task_description, status, current_step_id,
         human_context, repository, base_branch, base_commit, task_branch, workspace_type, initiated_by_user_id, model_override,
         steps_total, parent_run_id, parent_step, branch, root_run_id, created_at, updated_at)
       SELECT c."runId", COALESCE(c.pipeline->>'id', p.pipeline_id), COALESCE(c.pipeline->>'name', p.pipeline_name),
         COALESCE(c.pipeline->>'document', p.pipeline_yaml), COALESCE(c."projectId", p.project_id), COALESCE(c.task, p.task_description),
         'pending', c."firstStep", COALESCE(c.context, p.human_context), p.repository, p.base_branch, COALESCE($4, p.base_commit),
         'run/' || c."runId", p.workspace_type, p.initiated_by_user_id, COALESCE(c.model, p.model_override), c."stepsTotal", p.id,
         $3::text, c.branch, COALESCE(p.root_run_id, p.id), c."createdAt", c."createdAt"
       FROM runs p, jsonb_to_recordset($2::jsonb) AS c("runId" text, pipeline jsonb, "projectId" text, task text, "firstStep" text,
         "stepsTotal" int, context jsonb, model text, branch text, "createdAt" bigint)
       WHERE p.id = $1`,
      values: [parentId, JSON.stringify(rows), parentStep, head],
    },
    {
      // They see agents as their parent does.
      text: `INSERT INTO run_agents (run_id, slug, hash) SELECT child.id, used.slug, used.hash
       FROM run_agents used, unnest($2::text[]) AS child(id) WHERE used.run_id = $1`,
      values: [parentId, children.map(({ runId }) => runId)],
    },
    {
      // Published by the relay: they are on their way within a second, and the sweep starts pending runs anyway.
      text: `INSERT INTO outbox (id, streams, run_id, message, created_at)
       SELECT m.id, ARRAY(SELECT jsonb_array_elements_text(m.streams)), m."runId", m.message, $2
       FROM jsonb_to_recordset($1::jsonb) AS m(id text, streams jsonb, "runId" text, message jsonb)`,
      values: [JSON.stringify(created.map(({ id, streams, runId, message }) => ({ id, streams, runId, message }))), at],
    },
  ];
}

/** Goes with a transition: what the steps before have produced, for branches. */
export function giveOutputs(
  runIds: readonly string[],
  { stepId, outputs }: { stepId: string; outputs: Record<string, string> },
): Statement {
  return {
    text: `INSERT INTO outputs (run_id, key, step_id, value, updated_at)
     SELECT child.id, kv.key, $3, kv.value, $4 FROM unnest($1::text[]) AS child(id), jsonb_each_text($2::jsonb) AS kv`,
    values: [runIds, JSON.stringify(outputs), stepId, now()],
  };
}

/**
 * Goes with a transition: children that nobody waits for any more are asked to end, all of them or those that are named. The engines
 * that hold them see it at their next look.
 */
export function cancelChildren(
  parentId: string,
  { parentStep = null, runIds = null }: { parentStep?: string | null; runIds?: readonly string[] | null } = {},
): Statement {
  return {
    text: `UPDATE runs SET cancel_requested_at = COALESCE(cancel_requested_at, $4), updated_at = $4
     WHERE parent_run_id = $1 AND ($2::text IS NULL OR parent_step = $2) AND ($3::text[] IS NULL OR id = ANY($3))
       AND status NOT IN ${sqlList(terminalRunStatuses)}`,
    values: [parentId, parentStep, runIds, now()],
  };
}

export interface BranchRow {
  runId: string;
  /** First step of the branch. */
  branch: string;
  status: RunStatus;
  failureMessage: string | null;
  outputs: Record<string, string>;
}

/**
 * The branches of one parallel step in the order of their names in the pipeline, with what their completed steps produced. Executors
 * are read with the tasks that they were made for: see `readDelegations`.
 */
export async function readBranches(deps: Pick<Deps, "db">, run: RunKey, parentStep: string): Promise<BranchRow[]> {
  const [rows = []] = await tenantPipeline(deps.db, run.tenantId, [
    {
      text: `SELECT b.id AS "runId", b.branch, b.status, b.failure_message AS "failureMessage",
         COALESCE((SELECT jsonb_object_agg(kv.key, kv.value ORDER BY s.sequence) FROM steps s, jsonb_each_text(s.outputs) AS kv
           WHERE s.run_id = b.id AND s.status = 'completed'), '{}'::jsonb) AS outputs
       FROM runs b WHERE b.parent_run_id = $1 AND b.parent_step = $2 ORDER BY b.created_at, b.id`,
      values: [run.runId, parentStep],
    },
  ]);
  return rows as unknown as BranchRow[];
}

/** Runs that belong to a run as its children, and as theirs. */
export async function countChildren(deps: Pick<Deps, "db">, tenantId: string, rootRunId: string): Promise<number> {
  const [rows = []] = await tenantPipeline(deps.db, tenantId, [
    {
      text: "SELECT count(*)::int AS count FROM runs WHERE root_run_id = $1 AND parent_run_id IS NOT NULL",
      values: [rootRunId],
    },
  ]);
  return Number(rows[0]?.count ?? 0);
}
