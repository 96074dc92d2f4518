"use client";
import { AppLink, IconButton, RelativeTime, StatusBadge } from "@djinnbot/ui";
import { X } from "lucide-react";
import { type AttentionItem, taskTitle } from "./runs-now.ts";

type AttentionRowProps = { item: AttentionItem; onDismiss: () => void };

/** One thing that needs somebody: what happened, how often, what to do. Failures can be put away. */
export function AttentionRow({ item: { run, count, at }, onDismiss }: AttentionRowProps) {
  const why = run.failure?.message || run.failure?.meaning;
  const todo = run.failure?.remedy ?? (run.status === "failed" ? "Open the run to see why." : "It waits for a person.");
  const pipeline = run.pipelineName ?? run.pipelineId;
  const href = count > 1 ? `/runs?status=failed&pipeline=${encodeURIComponent(run.pipelineId)}` : `/runs/${run.id}`;
  return (
    <div className="flex items-start transition-colors hover:bg-hover/60">
      <AppLink
        href={href}
        data-row
        data-focus="inset"
        className="flex min-w-0 flex-1 flex-col gap-1 px-4 py-2.5 text-sm"
      >
        <span className="flex items-start justify-between gap-3">
          <span className="min-w-0 truncate font-medium">
            {count > 1 ? `${pipeline}: ${count.toLocaleString("en-US")} runs failed alike` : taskTitle(run.task)}
          </span>
          <StatusBadge status={run.status} />
        </span>
        {why ? <span className="line-clamp-2 text-muted wrap-anywhere">{why}</span> : null}
        <span className="flex flex-wrap gap-x-3 text-xs text-muted">
          <span>{todo}</span>
          <RelativeTime at={at} />
        </span>
      </AppLink>
      {run.status === "failed" ? (
        <IconButton
          label={count > 1 ? `Dismiss these failures of ${pipeline}` : "Dismiss this failure"}
          size="sm"
          icon={<X aria-hidden />}
          onClick={onDismiss}
          className="mt-1.5 mr-2 shrink-0"
        />
      ) : null}
    </div>
  );
}
