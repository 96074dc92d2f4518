import { isTerminal, type Run } from "@djinnbot/contracts";

/** Failures older than this no longer ask for anybody. */
const attentionMs = 7 * 24 * 3600 * 1000;
type Dated = Pick<Run, "status" | "createdAt" | "completedAt" | "updatedAt">;

/** Running before waiting for a place, the oldest first: the order in which they will be done. */
export function inProgress<R extends Dated>(runs: readonly R[]): R[] {
  const rank = (run: R) => (run.status === "running" ? 0 : 1);
  return runs.toSorted((a, b) => rank(a) - rank(b) || a.createdAt - b.createdAt);
}

/** Runs that wait for a person first, then the failures of the last week, newest first. `now` is epoch ms. */
export function attention<R extends Dated>(runs: readonly R[], now: number): R[] {
  const at = (run: R) => run.completedAt ?? run.updatedAt;
  const rank = (run: R) => (run.status === "failed" ? 1 : 0);
  return runs
    .filter((run) => run.status !== "failed" || now - at(run) < attentionMs)
    .toSorted((a, b) => rank(a) - rank(b) || at(b) - at(a));
}

/** The first `most` runs of a list, newest first, that are over; those under way stand elsewhere. */
export function latestEnded<R extends Pick<Run, "status">>(runs: readonly R[], most: number): R[] {
  return runs.filter((run) => isTerminal(run.status)).slice(0, most);
}

/** The first line of a task, at most `max` characters. */
export function taskTitle(task: string, max = 120): string {
  const line = task.trim().split("\n", 1)[0] ?? "";
  return line.length > max ? `${line.slice(0, max - 1).trimEnd()}…` : line;
}
