import { type FailureGroup, isTerminal, type Run } from "@djinnbot/contracts";
import { runTitle } from "../run/run-title.ts";

type Dated = Pick<Run, "status" | "createdAt">;

/** Running before waiting for a place, the oldest first: the order in which they will be done. */
export function inProgress<R extends Dated>(runs: readonly R[]): R[] {
  const rank = (run: R) => (run.status === "running" ? 0 : 1);
  return runs.toSorted((a, b) => rank(a) - rank(b) || a.createdAt - b.createdAt);
}

/** One thing that needs somebody: a run that waits, or failures of one pipeline for one reason. */
export type AttentionItem = {
  /** The same for failures of one kind, however many come. */
  key: string;
  run: Run;
  count: number;
  /** When it happened last, epoch ms. */
  at: number;
};

/** Runs that wait for a person first, then the failures, newest first; those that were put away before their last time are left out. */
export function attention(
  waiting: readonly Run[],
  failures: readonly FailureGroup[],
  dismissed: Readonly<Record<string, number>>,
): AttentionItem[] {
  const at = (run: Run) => run.completedAt ?? run.updatedAt;
  const newestFirst = (a: AttentionItem, b: AttentionItem) => b.at - a.at;
  const waits = waiting.map((run) => ({ key: run.id, run, count: 1, at: at(run) }));
  const failed = failures
    .map(({ pipelineId, code, count, latest }) => ({
      key: `${latest.tenantId} ${pipelineId} ${code ?? ""}`,
      run: latest,
      count,
      at: at(latest),
    }))
    .filter((item) => item.at > (dismissed[item.key] ?? 0));
  return [...waits.toSorted(newestFirst), ...failed.toSorted(newestFirst)];
}

/** The first `most` runs of a list, newest first, that are over; those under way stand elsewhere. */
export function latestEnded<R extends Pick<Run, "status">>(runs: readonly R[], most: number): R[] {
  return runs.filter((run) => isTerminal(run.status)).slice(0, most);
}

/** The first line of a task, at most `max` characters. */
export function taskTitle(task: string, max = 120): string {
  const line = runTitle(task);
  return line.length > max ? `${line.slice(0, max - 1).trimEnd()}…` : line;
}

/** Everybody who works or has work waiting, then at most `mostIdle` of the others. */
export function busyAndSomeIdle<A extends { state: string; queueLength: number }>(
  agents: readonly A[],
  mostIdle: number,
): A[] {
  const isBusy = (agent: A) => agent.state !== "idle" || agent.queueLength > 0;
  return [...agents.filter(isBusy), ...agents.filter((agent) => !isBusy(agent)).slice(0, mostIdle)];
}
