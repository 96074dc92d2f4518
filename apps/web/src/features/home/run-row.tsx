"use client";
import type { ListedRun } from "@djinnbot/contracts";
import { AppLink, Duration, Money, Progress, RelativeTime, StatusBadge } from "@djinnbot/ui";
import { isUnpushed, NotPushed } from "../run/not-pushed.tsx";
import { taskTitle } from "./runs-now.ts";

/** One run of a short list: what, where it stands, since when. */
export function RunRow({ run }: { run: ListedRun }) {
  const unpushed = isUnpushed(run);
  const isOpen = run.status === "running" || run.status === "pending";
  return (
    <AppLink
      href={`/runs/${run.id}`}
      data-row
      data-focus="inset"
      className="flex flex-col gap-1 px-4 py-2.5 text-sm transition-colors hover:bg-hover/60"
    >
      <span className="flex items-start justify-between gap-3">
        <span className="min-w-0 truncate font-medium">{taskTitle(run.task)}</span>
        <span className="flex shrink-0 items-center gap-1.5">
          {unpushed ? <NotPushed className="max-sm:hidden" /> : null}
          <StatusBadge status={run.status} />
        </span>
      </span>
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
        <span className="truncate">{run.pipelineName ?? run.pipelineId}</span>
        {isOpen ? (
          <>
            {run.currentStep === null ? null : <span className="font-mono">{run.currentStep}</span>}
            {run.startedAt === null ? <span>waits for an engine</span> : <Duration from={run.startedAt} />}
          </>
        ) : (
          <RelativeTime at={run.completedAt ?? run.updatedAt} />
        )}
        <Money micros={run.costMicros} />
        {/* On a phone the title needs the place beside the status. */}
        {unpushed ? <NotPushed plain className="sm:hidden" /> : null}
      </span>
      {run.status === "running" ? (
        <Progress value={run.stepsCompleted} max={run.stepsTotal} label="Steps done" className="mt-0.5" />
      ) : null}
    </AppLink>
  );
}
