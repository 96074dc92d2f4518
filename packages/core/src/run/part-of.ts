import type { RunKind } from "@djinnbot/contracts";
import type { Tx } from "@djinnbot/db";

/** Whose part a run is: the beginning of what those are told who treat it as a run of its own. */
export function partOf(kind: Exclude<RunKind, "root">, { parentRunId }: { parentRunId: string | null }): string {
  return kind === "branch"
    ? `This is a branch of the run ${parentRunId}`
    : `This is the run of an executor that the run ${parentRunId} has called`;
}

/** The run that somebody started, of which this one is a part, perhaps a part's part. */
export async function startedRunOf(tx: Tx, runId: string): Promise<string> {
  const [top] = await tx.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE line AS (
      SELECT id, parent_run_id, 1 AS depth FROM runs WHERE id = ${runId}
      UNION ALL SELECT r.id, r.parent_run_id, line.depth + 1 FROM line JOIN runs r ON r.id = line.parent_run_id WHERE line.depth < 20
    ) SELECT id FROM line ORDER BY depth DESC LIMIT 1`;
  return top?.id ?? runId;
}
