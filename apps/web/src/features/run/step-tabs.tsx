"use client";
import type { RunDetail } from "@djinnbot/contracts";
import { CopyButton, cn, EmptyState, SegmentedControl, VirtualLog } from "@djinnbot/ui";
import { GitCommitHorizontal } from "lucide-react";
import { useMemo, useState } from "react";
import { AnsiText } from "./ansi-text.tsx";
import { BranchFate } from "./branch-fate.tsx";
import { CommitList } from "./commit-list.tsx";
import { outputsWords } from "./outputs-words.ts";
import { ReadableText } from "./readable-text.tsx";
import type { TimelineEntry } from "./timeline.ts";
import type { ArrivedEvent } from "./transcript-model.ts";

const VIEWS = [
  { value: "text" as const, label: "Text" },
  { value: "mono" as const, label: "Mono" },
];

/** What the selected step delivered, and its own summary. */
export function OutputsTab({ entry }: { entry: TimelineEntry }) {
  const outputs = Object.entries(entry.outputs);
  const words = outputsWords(entry);
  return (
    <div className="flex flex-col gap-4 p-4">
      {words === null ? null : <p className="text-sm text-muted">{words}</p>}
      {entry.summary === null || entry.outputs.summary === entry.summary ? null : (
        <Output name="Summary of the agent" value={entry.summary} />
      )}
      {outputs.map(([key, value]) => (
        <Output key={key} name={key} value={value} mono />
      ))}
    </div>
  );
}

/** One thing that was delivered, readable or as it stands. */
export function Output({ name, value, mono }: { name: string; value: string; mono?: boolean }) {
  const [view, setView] = useState<"text" | "mono">("text");
  return (
    <section aria-label={name} className="rounded-lg border border-line">
      <div className="flex items-center justify-between gap-2 border-b border-line py-1 pr-1 pl-3">
        <h2 className={cn("min-w-0 truncate text-xs font-medium", mono && "font-mono")}>{name}</h2>
        <div className="flex items-center gap-1">
          <SegmentedControl label={`View of ${name}`} size="sm" value={view} onValueChange={setView} options={VIEWS} />
          <CopyButton text={value} label={`Copy ${name}`} />
        </div>
      </div>
      <div className="p-3">{view === "mono" ? <AnsiText text={value} /> : <ReadableText text={value} />}</div>
    </section>
  );
}

export type StepTabProps = {
  run: RunDetail;
  entries: readonly TimelineEntry[];
  onSelect: (key: string) => void;
};

/** What every step committed to the run's branch, and whether the branch reached the remote. */
export function CommitsTab({ run, entries, onSelect }: StepTabProps) {
  const commits = entries.filter((entry) => entry.commitHash !== null);
  if (commits.length === 0) {
    return (
      <EmptyState icon={<GitCommitHorizontal aria-hidden />} title="No commits yet">
        When a step completes, its changes are committed to {run.taskBranch ?? "the run's branch"}.
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col">
      <BranchFate run={run} className="border-b border-line px-4 py-2" />
      <CommitList runId={run.id} commits={commits} onSelect={onSelect} />
    </div>
  );
}

const lineOf = new WeakMap<ArrivedEvent, string>();

/** Every event of the run as it was told. */
export function RawTab({ events }: { events: readonly ArrivedEvent[] }) {
  const lines = useMemo(
    () =>
      events.map((event) => {
        const text = lineOf.get(event) ?? asLine(event);
        lineOf.set(event, text);
        return { id: event.id, at: event.at, text };
      }),
    [events],
  );
  return (
    <VirtualLog
      lines={lines}
      label="Raw events"
      height="100%"
      live={false}
      emptyText="No events yet."
      className="flex-1 rounded-none border-0"
    />
  );
}

function asLine({ v: _v, tenantId: _t, runId: _r, at: _at, streamId: _s, ...event }: ArrivedEvent): string {
  const { type, id, requestId, ...rest } = event;
  return `${type} ${JSON.stringify({ ...rest, id, requestId })}`;
}
