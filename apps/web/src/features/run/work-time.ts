/** How long a run has worked: its executions and branches, without the time in between. Pure. */

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
