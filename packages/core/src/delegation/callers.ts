/** Who has called an executor: the agents of the steps that wait for it, up to the run that a person started. */
import type { Tx } from "@djinnbot/db";

/**
 * Agents by slug, nearest first; null stands for a step that is gone. A branch is called by nobody: its agents are the pipeline's. A
 * run's place in the tree never changes.
 */
export async function callersOf(tx: Tx, runId: string): Promise<(string | null)[]> {
  const rows = await tx.$queryRaw<{ slug: string | null }[]>`
    WITH RECURSIVE line AS (
      SELECT parent_run_id, parent_step, branch, 1 AS depth FROM runs WHERE id = ${runId}
      UNION ALL SELECT r.parent_run_id, r.parent_step, r.branch, line.depth + 1 FROM line JOIN runs r ON r.id = line.parent_run_id
      WHERE line.depth < 20
    ) SELECT s.agent_id AS slug FROM line LEFT JOIN steps s ON s.id = line.parent_step
      WHERE line.parent_run_id IS NOT NULL AND line.branch IS NULL ORDER BY line.depth`;
  return rows.map(({ slug }) => slug);
}
