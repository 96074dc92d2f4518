/** The state of loops, so that another engine goes on with the same item. */
import type { LoopState } from "@djinnbot/core/pipeline-language";
import type { Statement } from "@djinnbot/core/tenant-sql";

/** Goes with a transition. */
export function keepLoops(runId: string, loops: readonly LoopState[]): Statement[] {
  if (loops.length === 0) {
    return [];
  }
  return [
    {
      text: `INSERT INTO loop_state (run_id, step_id, items, current_index, depth, active)
       SELECT $1, l."stepId", l.items, l.index, l.depth, l.active
       FROM jsonb_to_recordset($2::jsonb) AS l("stepId" text, items jsonb, index int, depth int, active boolean)
       ON CONFLICT (tenant_id, run_id, step_id) DO UPDATE SET items = EXCLUDED.items, current_index = EXCLUDED.current_index,
         depth = EXCLUDED.depth, active = EXCLUDED.active`,
      values: [runId, JSON.stringify(loops)],
    },
  ];
}
