/** Branches whose run does not wait for them any more: those that nobody has begun end at once, the others are asked to. */
import { terminalRunStatuses } from "@djinnbot/contracts";
import type { Statement } from "@djinnbot/core/tenant-sql";
import { now } from "../clock.ts";
import { sqlList } from "./sql-list.ts";

/** Goes with a transition. The engines that hold them see the request at their next look. */
export function cancelBranches(runId: string, { parentStep }: { parentStep: string | null }): Statement[] {
  return [
    {
      text: `UPDATE runs SET cancel_requested_at = COALESCE(cancel_requested_at, $3), updated_at = $3
       WHERE parent_run_id = $1 AND ($2::text IS NULL OR parent_step = $2) AND status NOT IN ${sqlList(terminalRunStatuses)}`,
      values: [runId, parentStep, now()],
    },
  ];
}
