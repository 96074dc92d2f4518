/** How long a run has worked: its executions and branches, without the time in between. Pure. */

import type { ListedRun, RunDetail } from "@djinnbot/contracts";

type Span = { startedAt: number | null; completedAt: number | null };

/** `ms` is what is over; a run that works now goes on from `since`. Null before anything began. */
export type WorkTime = { ms: number; since: number | null };

export function workTime(run: { steps: readonly Span[]; branches: readonly Span[] }): WorkTime | null {
  const spans = [...run.steps, ...run.branches]
    .flatMap(({ startedAt, completedAt }) => (startedAt === null ? [] : [{ from: startedAt, to: completedAt }]))
    .sort((a, b) => a.from - b.from);
  if (spans.length === 0) {
    return null;
  }
  let ms = 0;
  let counted = 0;
  for (const { from, to } of spans) {
    const begin = Math.max(from, counted);
    if (to === null) {
      return { ms, since: begin };
    }
    ms += Math.max(0, to - begin);
    counted = Math.max(counted, to);
  }
  return { ms, since: null };
}

/** A run that was read by itself, as its row in a list. */
export function listed(run: RunDetail): ListedRun {
  const work = workTime(run);
  return { ...run, pushStatus: run.push.status, workedMs: work?.ms ?? null, workingSince: work?.since ?? null };
}

/** What a row says of it. */
export function workOf({ workedMs, workingSince }: Pick<ListedRun, "workedMs" | "workingSince">): WorkTime | null {
  return workedMs === null ? null : { ms: workedMs, since: workingSince };
}
