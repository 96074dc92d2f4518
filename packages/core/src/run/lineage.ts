/** What else a run's spending counts for: the runs that wait for it and, where it is an executor, the agents that called it. */
import { type Db, tenantPipeline } from "@djinnbot/db";

/** It never changes, so it is read once; by tenant and run. */
const known = new Map<string, readonly string[]>();
const maxKnown = 5000;

/** Subjects of budgets, the widest first; empty for a run that nobody waits for, and for one that is gone. */
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
         SELECT parent_run_id AS id, parent_step AS step, branch, 1 AS depth FROM runs WHERE id = $1 AND parent_run_id IS NOT NULL
         UNION ALL SELECT r.parent_run_id, r.parent_step, r.branch, line.depth + 1 FROM line JOIN runs r ON r.id = line.id
         WHERE r.parent_run_id IS NOT NULL AND line.depth < 20
       ) SELECT line.id AS run, a.id AS agent FROM line
         LEFT JOIN steps s ON line.branch IS NULL AND s.id = line.step LEFT JOIN agents a ON a.slug = s.agent_id
         ORDER BY depth DESC`,
      values: [runId],
    },
  ]);
  const agents = rows.flatMap(({ agent }) => (agent === null ? [] : [`agent:${agent}`]));
  const subjects = [...new Set(agents), ...rows.map(({ run }) => `run:${run}`)];
  known.set(key, subjects);
  const oldest = known.size > maxKnown ? known.keys().next().value : undefined;
  if (oldest !== undefined) {
    known.delete(oldest);
  }
  return subjects;
}
