import type { RunKind } from "@djinnbot/contracts";

/** Whose part a run is: the beginning of what those are told who treat it as a run of its own. */
export function partOf(kind: Exclude<RunKind, "root">, { parentRunId }: { parentRunId: string | null }): string {
  return kind === "branch"
    ? `This is a branch of the run ${parentRunId}`
    : `This is the run of an executor that the run ${parentRunId} has called`;
}
