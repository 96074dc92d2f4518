"use client";
import type { ChangedFile, Commit, RunDetail } from "@djinnbot/contracts";
import { CodeText, EmptyState, formatCount, plural, RelativeTime, SegmentedControl, SkeletonText } from "@djinnbot/ui";
import { FileDiff as FileDiffIcon } from "lucide-react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { useUrlState } from "../run/use-url-state.ts";
import { FileDiff } from "./file-diff.tsx";
import { authorOf, Counts } from "./history-view.tsx";
import { patchesOf } from "./split-diff.ts";

/** Files beyond these, and longer ones, begin folded. */
const openFiles = 20;
const openLines = 400;
const maxFiles = 500;

type DiffViewProps = {
  run: RunDetail;
  commit: string;
  /** The commit alone, or all of the step that ended on it. */
  span: "commit" | "step";
  /** Show this file only, where the commit names it so. */
  only: string | null;
};

/** What a commit or a step changed, file by file. */
export function DiffView({ run, commit, span, only }: DiffViewProps) {
  const query = { runId: run.id, commitHash: commit, span };
  const diff = trpc.workspaces.diff.useQuery(query, { retry: false, staleTime: Number.POSITIVE_INFINITY });
  if (diff.isPending) {
    return <SkeletonText lines={8} className="p-4" />;
  }
  if (diff.data === undefined) {
    return (
      <FaultState
        className="m-4"
        title="The changes could not be read"
        error={diff.error}
        onRetry={() => diff.refetch()}
      />
    );
  }
  const { commit: shown, files } = diff.data;
  const patches = patchesOf(diff.data.diff, files);
  const all = files.map((file, index) => ({ file, patch: complete(patches, index, diff.data.truncated) }));
  const named = only === null ? [] : all.filter(({ file }) => file.path === only || file.oldPath === only);
  const rows = named.length > 0 ? named : all;
  return (
    <section aria-label="Changes" className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <DiffHead run={run} commit={shown} files={files} span={span} />
      {files.length === 0 ? (
        <EmptyState icon={<FileDiffIcon aria-hidden />} title="Nothing changed">
          The {span} has a message but changes no file.
        </EmptyState>
      ) : null}
      <div className="flex flex-col gap-3 p-3">
        {rows.slice(0, maxFiles).map(({ file, patch }, index) => (
          <FileDiff
            key={file.path}
            file={file}
            patch={patch}
            query={query}
            startsOpen={rows.length === 1 || (index < openFiles && file.additions + file.deletions <= openLines)}
          />
        ))}
      </div>
      {rows.length > maxFiles ? (
        <p className="px-4 pb-4 text-xs text-muted">
          {formatCount(rows.length - maxFiles)} more files are not shown. Fetch the run's branch to see them.
        </p>
      ) : null}
    </section>
  );
}

type DiffHeadProps = { run: RunDetail; commit: Commit; files: readonly ChangedFile[]; span: "commit" | "step" };

function DiffHead({ run, commit, files, span }: DiffHeadProps) {
  const url = useUrlState();
  const endsStep = run.steps.some(({ commitHash }) => commitHash === commit.hash);
  return (
    <div className="flex flex-col gap-1 border-b border-line px-4 py-3">
      <h2 dir="auto" className="text-sm font-medium wrap-anywhere">
        {commit.subject || "No message"}
      </h2>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
        <CodeText text={commit.hash} truncate className="w-20" />
        <span>{authorOf(run, commit)}</span>
        {commit.stepId === null ? <span>from before the run</span> : <span>step {commit.stepId}</span>}
        <RelativeTime at={commit.timestamp * 1000} />
        <span>{plural(files.length, "file")}</span>
        <Counts {...totals(files)} />
        {endsStep ? (
          <SegmentedControl
            label="Span of the changes"
            size="sm"
            value={span}
            onValueChange={(next) => url.set({ span: next === "step" ? "step" : null })}
            options={[
              { value: "commit", label: "This commit" },
              { value: "step", label: "Whole step" },
            ]}
          />
        ) : null}
      </div>
    </div>
  );
}

/** The last part of a diff that was cut off is not whole. */
function complete(patches: readonly (string | null)[], index: number, truncated: boolean): string | null {
  const last = patches.findLastIndex((patch) => patch !== null);
  return truncated && index === last ? null : (patches[index] ?? null);
}

function totals(files: readonly ChangedFile[]) {
  return {
    insertions: files.reduce((sum, { additions }) => sum + additions, 0),
    deletions: files.reduce((sum, { deletions }) => sum + deletions, 0),
  };
}
