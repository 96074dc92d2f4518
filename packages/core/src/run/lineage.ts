/** The runs that a run is a branch of: what a branch spends counts for them too. */
import { type Db, tenantPipeline } from "@djinnbot/db";

/** It never changes, so it is read once; by tenant and run. */
const known = new Map<string, readonly string[]>();
const maxKnown = 5000;

/** Ids from the run's parent upwards; empty for a run that is no branch, and for one that is gone. */
export async function lineageOf(db: Db, tenantId: string, runId: string): Promise<readonly string[]> {
  const key = `${tenantId} ${runId}`;
  const kept = known.get(key);
  if (kept) {
    return kept;
  }
  const [rows = []] = await tenantPipeline(db, tenantId, [
    {
      name: "run-lineage",
      text: `WITH RECURSIVE line AS (
         SELECT parent_run_id AS id, 1 AS depth FROM runs WHERE id = $1 AND parent_run_id IS NOT NULL
         UNION ALL SELECT r.parent_run_id, line.depth + 1 FROM line JOIN runs r ON r.id = line.id
         WHERE r.parent_run_id IS NOT NULL AND line.depth < 20
       ) SELECT id FROM line ORDER BY depth`,
      values: [runId],
    },
  ]);
  const ids = rows.map((row) => String(row.id));
  known.set(key, ids);
  const oldest = known.size > maxKnown ? known.keys().next().value : undefined;
  if (oldest !== undefined) {
    known.delete(oldest);
  }
  return ids;
}
