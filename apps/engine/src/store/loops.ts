/** The state of loops, so that another engine goes on with the same item. */
import type { LoopState } from "@djinnbot/core/pipeline-language";
import type { Statement } from "@djinnbot/core/tenant-sql";

/** Goes with a transition; fenced by the run's epoch. */
export function keepLoops(run: { runId: string; epoch: number }, loops: readonly LoopState[]): Statement[] {
  if (loops.length === 0) {
    return [];
  }
  return [
    {
      text: `INSERT INTO loop_state (run_id, step_id, items, current_index, depth, active)
       SELECT runs.id, l."stepId", l.items, l.index, l.depth, l.active
       FROM runs, jsonb_to_recordset($3::jsonb) AS l("stepId" text, items jsonb, index int, depth int, active boolean)
       WHERE runs.id = $1 AND runs.lease_epoch = $2
       ON CONFLICT (tenant_id, run_id, step_id) DO UPDATE SET items = EXCLUDED.items, current_index = EXCLUDED.current_index,
         depth = EXCLUDED.depth, active = EXCLUDED.active`,
      values: [run.runId, run.epoch, JSON.stringify(loops)],
    },
  ];
}
