/** Branches whose run does not wait for them any more: those that nobody has begun end at once, the others are asked to. */
import { terminalRunStatuses } from "@djinnbot/contracts";
import type { Statement } from "@djinnbot/core/tenant-sql";
import { now } from "../clock.ts";
import { sqlList } from "./sql-list.ts";

/** Goes with a transition; fenced by the run's epoch. The engines that hold them see the request at their next look. */
export function cancelBranches(
  run: { runId: string; epoch: number },
  { parentStep }: { parentStep: string | null },
): Statement[] {
  return [
    {
      text: `UPDATE runs SET cancel_requested_at = COALESCE(cancel_requested_at, $4), updated_at = $4
       WHERE parent_run_id = $1 AND ($3::text IS NULL OR parent_step = $3) AND status NOT IN ${sqlList(terminalRunStatuses)}
         AND EXISTS (SELECT 1 FROM runs p WHERE p.id = $1 AND p.lease_epoch = $2)`,
      values: [run.runId, run.epoch, parentStep, now()],
    },
  ];
}
