/** How long runs have worked: their executions and branches, without the time in between, in one statement for a whole list. */
import type { Tx } from "@djinnbot/db";

/** `workedMs` is what is over; a run that works now goes on from `workingSince`. */
export interface Worked {
  workedMs: number;
  workingSince: number | null;
}

/** By run; those that have not begun are left out. Read as merged stretches, however many executions there were. */
export async function workedOf(tx: Tx, runIds: readonly string[]): Promise<Map<string, Worked>> {
  const rows = await tx.$queryRaw<{ id: string; ms: bigint; since: bigint | null }[]>`
    WITH spans AS (
      SELECT run_id AS id, started_at, completed_at FROM steps WHERE run_id = ANY(${runIds}) AND started_at IS NOT NULL
      UNION ALL
      SELECT parent_run_id, started_at, completed_at FROM runs
      WHERE parent_run_id = ANY(${runIds}) AND branch IS NOT NULL AND started_at IS NOT NULL
    ), now AS (
      SELECT id, min(started_at) AS since FROM spans WHERE completed_at IS NULL GROUP BY id
    ), worked AS (
      SELECT spans.id, now.since, range_agg(int8range(started_at, GREATEST(started_at, completed_at))) FILTER (
        WHERE completed_at IS NOT NULL AND (now.since IS NULL OR started_at < now.since)
      ) AS over
      FROM spans LEFT JOIN now ON now.id = spans.id GROUP BY spans.id, now.since
    )
    SELECT id, (SELECT COALESCE(sum(upper(part) - lower(part)), 0)::bigint FROM unnest(over) AS part WHERE NOT isempty(part)) AS ms,
      CASE WHEN since IS NOT NULL THEN GREATEST(since, upper(over)) END AS since
    FROM worked`;
  return new Map(
    rows.map(({ id, ms, since }) => [
      id,
      { workedMs: Number(ms), workingSince: since === null ? null : Number(since) },
    ]),
  );
}
