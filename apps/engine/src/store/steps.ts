/** Changes of an open execution besides its start and its end. */
import type { Statement } from "@djinnbot/core/tenant-sql";

/** Goes with a transition. Takes the execution from its workload, or lets it go on in another one. */
export function moveStep(
  step: { id: string; commitHash: string | null },
  { from, to }: { from: "running" | "waiting"; to: "queued" | "waiting" },
): Statement {
  return {
    text: `UPDATE steps SET status = $3, session_id = NULL, deadline_at = NULL, commit_hash = $4 WHERE id = $1 AND status = $2`,
    values: [step.id, from, to, step.commitHash],
  };
}

/** Goes with a transition. */
export function keepCommit(step: { id: string; commitHash: string | null }): Statement {
  return { text: "UPDATE steps SET commit_hash = $2 WHERE id = $1", values: [step.id, step.commitHash] };
}
