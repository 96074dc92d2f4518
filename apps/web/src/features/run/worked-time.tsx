"use client";
import { isTerminal, type Run } from "@djinnbot/contracts";
import { Duration, formatDuration } from "@djinnbot/ui";
import type { WorkTime } from "./work-time.ts";

type WorkedTimeProps = { run: Pick<Run, "status" | "startedAt" | "completedAt" | "updatedAt">; work: WorkTime | null };

/** The time a run worked; that from its first start to its end, with all the waiting, on hover. */
export function WorkedTime({ run, work }: WorkedTimeProps) {
  const end = run.completedAt ?? (isTerminal(run.status) ? run.updatedAt : null);
  if (work === null) {
    return <Duration from={run.startedAt} to={end} />;
  }
  const since = end === null && work.since !== null ? work.since - work.ms : null;
  const ms = work.since === null ? work.ms : work.ms + Math.max(0, (end ?? work.since) - work.since);
  const span = run.startedAt === null || end === null ? null : formatDuration(end - run.startedAt);
  return (
    <span title={span === null ? "The time it worked" : `The time it worked; ${span} from its first start to its end`}>
      {since === null ? <Duration ms={ms} /> : <Duration from={since} />}
    </span>
  );
}
