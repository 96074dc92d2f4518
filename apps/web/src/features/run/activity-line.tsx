"use client";
import type { RunDetail, RunStatus } from "@djinnbot/contracts";
import { Spinner } from "@djinnbot/ui";
import { Hourglass } from "lucide-react";
import { useDelegations } from "@/features/delegation/delegations-tab.tsx";
import { activityOf } from "./activity.ts";
import type { TimelineEntry } from "./timeline.ts";
import type { TranscriptItem } from "./transcript-model.ts";
import { useUrlState } from "./use-url-state.ts";

type ActivityLineProps = {
  run: RunDetail;
  status: RunStatus;
  entry: TimelineEntry;
  items: readonly TranscriptItem[];
};

/** What happens this moment; stands below the feed so that nothing in it moves. */
export function ActivityLine({ run, status, entry, items }: ActivityLineProps) {
  const url = useUrlState();
  const delegations = useDelegations(run.id).data?.swarms ?? [];
  const stepRow = run.steps.find(({ stepId, attempt }) => stepId === entry.stepId && attempt === entry.attempt);
  const branches = run.branches.filter(({ parentStep }) => parentStep === stepRow?.id);
  const { text, busy, tab } = activityOf({ entry, runStatus: status, items, delegations, branches });
  return (
    <div className="flex h-8 shrink-0 items-center gap-2 border-t border-line px-4 text-xs text-muted">
      {busy ? <Spinner /> : <Hourglass aria-hidden className="size-3.5 text-warn" />}
      {tab === undefined ? (
        <span>{busy ? `${text}…` : text}</span>
      ) : (
        <button
          type="button"
          onClick={() => url.set({ tab }, { push: true })}
          className="rounded-sm text-accent-text hover:underline"
        >
          {text}…
        </button>
      )}
    </div>
  );
}
