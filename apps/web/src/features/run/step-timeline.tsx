"use client";
import { Avatar, Badge, cn, Duration, Money, StatusIcon, statusMeta } from "@djinnbot/ui";
import { CircleDashed, CornerDownRight } from "lucide-react";
import { memo, type RefObject, useEffect, useRef } from "react";
import { useRowKeys } from "@/features/shell/shortcuts.ts";
import { type TimelineEntry, turnWords } from "./timeline.ts";
import { isOver } from "./transcript-model.ts";

type StepTimelineProps = {
  entries: readonly TimelineEntry[];
  selectedKey: string | null;
  onSelect: (key: string) => void;
  /** The run goes no further. */
  over: boolean;
};

/** Every execution of a step in order, then the steps to come; the selected one is shown beside it. */
export function StepTimeline({ entries, selectedKey, onSelect, over }: StepTimelineProps) {
  const list = useRef<HTMLOListElement>(null);
  useRowKeys(list);
  useSelectedInView(list, selectedKey);
  return (
    <ol ref={list} aria-label="Steps" className="flex flex-col">
      {entries.map((entry) => (
        <li key={entry.key} className="border-b border-line last:border-b-0">
          {entry.planned ? (
            <PlannedRow entry={entry} over={over} />
          ) : (
            <TimelineRow entry={entry} selected={entry.key === selectedKey} onSelect={onSelect} />
          )}
        </li>
      ))}
    </ol>
  );
}

/** Scrolls the box around the list, never the page: on a phone that box is low, and the step that works is far down in it. */
function useSelectedInView(list: RefObject<HTMLElement | null>, selectedKey: string | null): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one is selected
  useEffect(() => {
    const box = list.current?.parentElement;
    const row = list.current?.querySelector("[aria-current=step]");
    if (!box || !row) {
      return;
    }
    const [outer, inner] = [box.getBoundingClientRect(), row.getBoundingClientRect()];
    const [above, below] = [outer.top - inner.top, inner.bottom - outer.bottom];
    box.scrollTop += above > 0 ? -above : Math.max(0, below);
  }, [selectedKey]);
}

/** Nothing to open yet: what it is and who will do it. */
function PlannedRow({ entry, over }: { entry: TimelineEntry; over: boolean }) {
  return (
    <div className="flex items-start gap-2.5 px-3 py-2 text-faint">
      <CircleDashed aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="flex min-w-0 flex-1 flex-col gap-0.5">
        <span dir="auto" className="truncate text-sm">
          {entry.stepId}
        </span>
        <span className="flex items-center justify-between gap-2 text-xs">
          <span dir="auto" className="truncate">
            {entry.agent}
          </span>
          <span className="shrink-0">{over ? "Not reached" : "To come"}</span>
        </span>
      </span>
    </div>
  );
}

type TimelineRowProps = { entry: TimelineEntry; selected: boolean; onSelect: (key: string) => void };

const TimelineRow = memo(function TimelineRow({ entry, selected, onSelect }: TimelineRowProps) {
  const failed = entry.status === "failed" || entry.status === "retrying";
  const note = failed ? (entry.error ?? entry.failure?.meaning ?? null) : entry.note;
  const turn = turnWords(entry);
  return (
    <button
      type="button"
      data-row
      data-focus="inset"
      aria-current={selected ? "step" : undefined}
      onClick={() => onSelect(entry.key)}
      className={cn(
        "relative flex w-full items-start gap-2.5 px-3 py-2 text-left transition-colors hover:bg-hover/60",
        selected && "bg-accent-soft hover:bg-accent-soft",
      )}
    >
      {selected ? <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent-text" /> : null}
      <StatusIcon status={entry.status} className="mt-0.5" />
      <span className="flex min-w-0 flex-1 flex-col gap-0.5">
        <span className="flex items-baseline justify-between gap-2">
          <span className="min-w-0 truncate text-sm font-medium">
            {entry.stepId}
            {turn === "" ? null : <span className="ml-1.5 font-normal text-muted">{turn}</span>}
          </span>
          <span className="shrink-0 text-xs text-muted">
            <StepDuration entry={entry} />
          </span>
        </span>
        <span className="flex items-center justify-between gap-2 text-xs text-muted">
          <span className="flex min-w-0 items-center gap-1.5">
            <Avatar name={entry.agent} emoji={entry.emoji} size="xs" />
            <span dir="auto" className="truncate">
              {entry.agent}
            </span>
          </span>
          <span className="flex shrink-0 items-center gap-2">
            {entry.outcome === null ? (
              <span aria-hidden>{statusMeta(entry.status).word}</span>
            ) : (
              <Badge className="max-w-36 truncate" title="Its result, which chose the way on">
                {entry.outcome}
              </Badge>
            )}
            {entry.costMicros > 0 ? <Money micros={entry.costMicros} /> : null}
          </span>
        </span>
        {note === null || note === "" ? null : (
          <span className="flex items-start gap-1 text-xs text-muted" title={note}>
            <CornerDownRight aria-hidden className="mt-0.5 size-3 shrink-0" />
            <span dir="auto" className="line-clamp-2 wrap-anywhere">
              {note}
            </span>
          </span>
        )}
      </span>
    </button>
  );
});

function StepDuration({ entry }: { entry: TimelineEntry }) {
  const { startedAt, queuedAt, endedAt, status } = entry;
  if (startedAt !== null) {
    return <Duration from={startedAt} to={endedAt ?? (isOver(status) ? startedAt : null)} />;
  }
  return queuedAt === null || isOver(status) ? null : <Duration from={queuedAt} />;
}
