/** What a run is to other runs. An executor does a task that the agent of another run has delegated. */
export type RunKind = "root" | "branch" | "executor";

export function kindOf(run: { parentRunId: string | null; branch: string | null }): RunKind {
  if (run.parentRunId === null) {
    return "root";
  }
  return run.branch === null ? "executor" : "branch";
}
