"use client";
import { BranchFate } from "./branch-fate.tsx";
import { CommitList } from "./commit-list.tsx";
import { ReadableText } from "./readable-text.tsx";
import { Output, type StepTabProps } from "./step-tabs.tsx";

/** What the run achieved: what its last step says, what it delivered, and where the changes are. */
export function ResultTab({ run, entries, onSelect }: StepTabProps) {
  const last = entries.findLast((entry) => entry.status === "completed");
  const outputs = Object.entries(run.outputs).filter(([, value]) => value !== last?.summary);
  const commits = entries.filter((entry) => entry.commitHash !== null);
  return (
    <div className="flex flex-col gap-4 p-4">
      {last?.summary ? (
        <section aria-label="Summary">
          <h2 className="mb-1 text-xs font-medium text-muted">Summary of {last.stepId}</h2>
          <ReadableText text={last.summary} />
        </section>
      ) : null}
      {commits.length === 0 ? null : (
        <section aria-label="Changes" className="rounded-lg border border-line">
          <BranchFate run={run} className="border-b border-line px-3 py-2" />
          <CommitList runId={run.id} commits={commits} onSelect={onSelect} />
        </section>
      )}
      {outputs.map(([key, value]) => (
        <Output key={key} name={key} value={value} mono />
      ))}
      {last?.summary || commits.length > 0 || outputs.length > 0 ? null : (
        <p className="text-sm text-muted">
          The run is complete. Its steps left no summary, outputs or commits; what was said is in the transcript.
        </p>
      )}
    </div>
  );
}
