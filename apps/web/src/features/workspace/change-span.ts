/** Between which commits a run's own work lies. Pure. */
import type { Commit } from "@djinnbot/contracts";

/**
 * Of commits from the newest on: the newest, and the last one that was there before the run. Null without work of the run, and
 * where its beginning is not among them.
 */
export function changeSpan(commits: readonly Pick<Commit, "hash" | "stepId">[]): { from: string; to: string } | null {
  const own = commits.findLastIndex(({ stepId }) => stepId !== null);
  const [to, from] = [commits[0], commits[own + 1]];
  return own === -1 || to === undefined || from === undefined ? null : { from: from.hash, to: to.hash };
}
