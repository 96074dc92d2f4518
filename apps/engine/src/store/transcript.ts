/** The transcript in Postgres: how far each execution is copied, and its lines, both in one statement. */
import { newId } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import { tenantPipeline } from "@djinnbot/core/tenant-sql";
import { now } from "../clock.ts";
import type { Line } from "../transcript-lines.ts";

/** An execution whose part of the stream is to be copied. */
export interface Told {
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

const batch = 500;
/** Streams of a run that is over live a day: what ended before this long is not found on one any more. */
const lookBackMs = 20 * 3_600_000;
const maxUnfinished = 50;

/** Cursors of executions that were copied before. */
export async function cursorsOf(deps: Deps, tenantId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const text = "SELECT id, transcript_cursor AS cursor FROM steps WHERE id = ANY($1) AND transcript_cursor IS NOT NULL";
  const [rows = []] = await tenantPipeline(deps.db, tenantId, [{ text, values: [ids] }]);
  return new Map(rows.map((row) => [String(row.id), String(row.cursor)]));
}

/**
 * Adds the lines and moves the cursor. Whoever finds it elsewhere than it left it adds nothing: another engine has copied meanwhile.
 * Throws then, so that the caller looks again.
 */
export async function copyBatches(
  deps: Deps,
  step: Told,
  { lines, cursor, next }: { lines: readonly Line[]; cursor: string | null; next: string | null },
): Promise<void> {
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
    const rows = part.map((line) => ({ id: newId("sessionEvent"), sessionId: step.sessionId, ...line }));
    const [moved] = await tenantPipeline(deps.db, step.tenantId, [
      {
        text: `WITH moved AS (
           UPDATE steps SET transcript_cursor = $3, transcript_at = COALESCE($4::bigint, transcript_at)
           WHERE id = $1 AND transcript_cursor IS NOT DISTINCT FROM $2 RETURNING 1
         ), added AS (
           INSERT INTO session_events (id, session_id, stream_id, event_type, timestamp, data)
           SELECT r.id, r."sessionId", r."streamId", r.type, r.at, r.data FROM jsonb_to_recordset($5::jsonb)
             AS r(id text, "sessionId" text, "streamId" text, type text, at bigint, data jsonb)
           WHERE EXISTS (SELECT 1 FROM moved)
           ON CONFLICT (tenant_id, session_id, stream_id) DO NOTHING
         ) SELECT count(*)::int AS moved FROM moved`,
        values: [step.id, place, to, isLast && step.isOver ? now() : null, JSON.stringify(rows)],
      },
    ]);
    if (moved?.[0]?.moved === 0) {
      throw new Error("the step is gone, or another engine copies it");
    }
    place = to;
  } while (at < lines.length);
}

function before(streamId: string): string {
  const [ms = "0", sequence = "0"] = streamId.split("-");
  return Number(sequence) > 0 ? `${ms}-${Number(sequence) - 1}` : `${Number(ms) - 1}-${Number.MAX_SAFE_INTEGER}`;
}

/** Ended executions whose transcript nobody has completed. */
export async function unfinished(
  deps: Deps,
  { before: endedBefore, givenUp }: { before: number; givenUp: readonly string[] },
): Promise<Told[]> {
  const { rows } = await deps.system.pool.query<Omit<Told, "since" | "isOver"> & { startedAt: string }>(
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
