/** The transcript in Postgres: how far each execution is copied, and its lines, both in one statement. */
import { newId } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import { tenantPipeline } from "@djinnbot/core/tenant-sql";
import { now } from "../lib/clock.ts";

export interface Line {
  streamId: string;
  type: string;
  at: number;
  data: Record<string, unknown>;
}
/** An execution whose part of the stream is to be copied. */
export interface Execution {
  tenantId: string;
  runId: string;
  /** Of the row in `steps`. */
  id: string;
  sessionId: string;
  stepId: string;
  attempt: number;
  /** Epoch ms of its start. */
  since: number;
  isOver: boolean;
}

/** What is known of an execution that is open, or was until now. */
export type OpenExecution = Pick<Execution, "id" | "stepId" | "attempt"> & {
  sessionId: string | null;
  startedAt: number | null;
};

/** Lines per statement. */
const batch = 500;
/** Executions per statement. */
const maxGroup = 50;
/** Streams of a run that is over live a day: what ended before this long is not found on one any more. */
const lookBackMs = 20 * 3_600_000;
const maxUnfinished = 50;

/** Cursors of executions that were copied before. */
export async function cursorsOf(deps: Deps, tenantId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const text = "SELECT id, transcript_cursor AS cursor FROM steps WHERE id = ANY($1) AND transcript_cursor IS NOT NULL";
  const [rows = []] = await tenantPipeline(deps.db, tenantId, [{ text, values: [ids] }]);
  return new Map(rows.map((row) => [String(row.id), String(row.cursor)]));
}

/** What an execution said since its last copy: the cursor as that has left it, and as it is afterwards. */
export interface Copy {
  step: Execution;
  lines: readonly Line[];
  cursor: string | null;
  next: string | null;
}

/** Executions that are over and said little: one statement keeps many of them. */
export const isSmall = ({ step, lines }: Copy) => step.isOver && lines.length <= batch / 10;

/** Small copies of one tenant's executions that fit into one statement each. */
export function groups(copies: readonly Copy[]): Copy[][] {
  const byTenant = Map.groupBy(copies.filter(isSmall), ({ step }) => step.tenantId);
  return [...byTenant.values()].flatMap((all) => {
    const sorted = all.toSorted((a, b) => (a.step.id < b.step.id ? -1 : 1));
    return Array.from({ length: Math.ceil(sorted.length / maxGroup) }, (_, at) =>
      sorted.slice(at * maxGroup, (at + 1) * maxGroup),
    );
  });
}

/** Adds the lines of a group and moves its cursors. Answers the executions for which {@link copyBatches} would have thrown. */
export async function copyGroup(deps: Deps, group: readonly Copy[]): Promise<Execution[]> {
  const tenantId = group[0]?.step.tenantId;
  const moved = tenantId === undefined ? new Set() : await move(deps, tenantId, group);
  return group.flatMap(({ step }) => (moved.has(step.id) ? [] : [step]));
}

/**
 * Adds the lines and moves the cursor. Whoever finds it elsewhere than it left it adds nothing: another engine has copied meanwhile.
 * Throws then, so that the caller looks again.
 */
export async function copyBatches(deps: Deps, { step, lines, cursor, next }: Copy): Promise<void> {
  if (lines.length === 0 && !step.isOver) {
    return;
  }
  let at = 0;
  let place = cursor;
  do {
    const part = lines.slice(at, at + batch);
    at += batch;
    const isLast = at >= lines.length;
    // A batch ends before the first line of the next one: a line may hold many entries.
    const to = isLast ? next : before(lines[at]?.streamId ?? "0-0");
    const copy = { step: { ...step, isOver: isLast && step.isOver }, lines: part, cursor: place, next: to };
    if (!(await move(deps, step.tenantId, [copy])).has(step.id)) {
      throw new Error("the step is gone, or another engine copies it");
    }
    place = to;
  } while (at < lines.length);
}

/** Answers the rows whose cursor was where their copy has it. Planned anew each time: how it is done best changes with the table. */
async function move(deps: Deps, tenantId: string, copies: readonly Copy[]): Promise<Set<unknown>> {
  const steps = copies.map(({ step, cursor, next }) => ({ id: step.id, cursor, next, isOver: step.isOver }));
  const lines = copies.flatMap(({ step, lines }) =>
    lines.map((line) => ({ id: newId("sessionEvent"), step: step.id, sessionId: step.sessionId, ...line })),
  );
  const [rows = []] = await tenantPipeline(deps.db, tenantId, [
    {
      text: `WITH moved AS (
         UPDATE steps SET transcript_cursor = m.next, transcript_at = CASE WHEN m."isOver" THEN $3 ELSE steps.transcript_at END
         FROM jsonb_to_recordset($1::jsonb) AS m(id text, cursor text, next text, "isOver" boolean)
         WHERE steps.id = m.id AND steps.transcript_cursor IS NOT DISTINCT FROM m.cursor RETURNING steps.id
       ), added AS (
         INSERT INTO session_events (id, session_id, stream_id, event_type, timestamp, data)
         SELECT l.id, l."sessionId", l."streamId", l.type, l.at, l.data FROM jsonb_to_recordset($2::jsonb)
           AS l(id text, step text, "sessionId" text, "streamId" text, type text, at bigint, data jsonb)
         WHERE l.step IN (SELECT id FROM moved)
         ON CONFLICT (tenant_id, session_id, stream_id) DO NOTHING
       ) SELECT id FROM moved`,
      values: [JSON.stringify(steps), JSON.stringify(lines), now()],
    },
  ]);
  return new Set(rows.map((row) => row.id));
}

function before(streamId: string): string {
  const [ms = "0", sequence = "0"] = streamId.split("-");
  return Number(sequence) > 0 ? `${ms}-${Number(sequence) - 1}` : `${Number(ms) - 1}-${Number.MAX_SAFE_INTEGER}`;
}

/** Ended executions whose transcript nobody has completed. */
export async function unfinished(
  deps: Deps,
  { before: endedBefore, givenUp }: { before: number; givenUp: readonly string[] },
): Promise<Execution[]> {
  const { rows } = await deps.system.pool.query<Omit<Execution, "since" | "isOver"> & { startedAt: string }>(
    `SELECT tenant_id AS "tenantId", run_id AS "runId", id, session_id AS "sessionId", step_id AS "stepId", attempt,
            started_at AS "startedAt"
     FROM steps
     WHERE transcript_at IS NULL AND session_id IS NOT NULL AND started_at IS NOT NULL
       AND completed_at > $1 AND completed_at < $2 AND NOT id = ANY($3)
     ORDER BY completed_at LIMIT ${maxUnfinished}`,
    [endedBefore - lookBackMs, endedBefore, givenUp],
  );
  return rows.map(({ startedAt, ...row }) => ({ ...row, since: Number(startedAt), isOver: true }));
}
