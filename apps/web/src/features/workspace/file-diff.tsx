"use client";
import type { ChangedFile } from "@djinnbot/contracts";
import { Badge, Button, cn, SkeletonText, VirtualFeed } from "@djinnbot/ui";
import { ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { useUrlState } from "../run/use-url-state.ts";
import { Counts } from "./history-view.tsx";
import { type DiffLine, linesOf } from "./split-diff.ts";

/** Longer ones scroll on their own, and only what is seen of them exists in the page. */
const plainLines = 400;
const tones = { added: "ok", modified: "neutral", deleted: "danger", renamed: "info" } as const;

type FileDiffProps = {
  file: ChangedFile;
  /** Null: the whole diff was too long; this file is asked for by itself. */
  patch: string | null;
  query: { runId: string; commitHash: string; span: "commit" | "step" };
  startsOpen: boolean;
};

/** The changes of one file, folded or not. */
export function FileDiff({ file, patch, query, startsOpen }: FileDiffProps) {
  const url = useUrlState();
  const [open, setOpen] = useState(startsOpen && patch !== null);
  return (
    <section aria-label={file.path} className="min-w-0 rounded-lg border border-line">
      <div className={cn("flex min-h-control items-center gap-2 px-2 py-1", open && "border-b border-line")}>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex min-w-0 flex-1 items-center gap-2 rounded-sm text-left"
        >
          <ChevronRight aria-hidden className={cn("size-4 shrink-0 text-faint", open && "rotate-90")} />
          <span dir="auto" className="min-w-0 font-mono text-xs wrap-anywhere">
            {file.path}
            {file.oldPath === null ? null : <span className="block text-muted">was {file.oldPath}</span>}
          </span>
        </button>
        <Badge tone={tones[file.status]}>{file.status}</Badge>
        {file.binary ? (
          <span className="text-xs text-muted">binary</span>
        ) : (
          <span className="text-xs">
            <Counts insertions={file.additions} deletions={file.deletions} />
          </span>
        )}
        {file.status === "deleted" ? null : (
          <Button
            size="sm"
            variant="ghost"
            className="@max-lg:hidden"
            onClick={() => url.set({ file: file.path, commit: query.commitHash, at: "1" }, { push: true })}
          >
            View file
          </Button>
        )}
      </div>
      {open ? patch === null ? <LoadedPatch file={file} query={query} /> : <Patch file={file} patch={patch} /> : null}
    </section>
  );
}

function LoadedPatch({ file, query }: Pick<FileDiffProps, "file" | "query">) {
  const diff = trpc.workspaces.diff.useQuery(
    { ...query, path: file.path },
    { retry: false, staleTime: Number.POSITIVE_INFINITY },
  );
  if (diff.isPending) {
    return <SkeletonText lines={3} className="p-3" />;
  }
  if (diff.data === undefined) {
    return (
      <FaultState
        compact
        className="m-3"
        title="The changes could not be read"
        error={diff.error}
        onRetry={() => diff.refetch()}
      />
    );
  }
  return (
    <>
      <Patch file={file} patch={diff.data.diff} />
      {diff.data.truncated ? (
        <p className="border-t border-line px-3 py-2 text-xs text-muted">The rest is too long to show.</p>
      ) : null}
    </>
  );
}

function Patch({ file, patch }: { file: ChangedFile; patch: string }) {
  const lines = useMemo(() => linesOf(patch), [patch]);
  if (file.binary || lines.length === 0) {
    return (
      <p className="px-3 py-2 text-xs text-muted">
        {file.binary ? "Binary files are not compared here." : "Its content is the same."}
      </p>
    );
  }
  if (lines.length > plainLines) {
    return (
      <VirtualFeed
        items={lines.map((line, index) => ({ line, id: String(index) }))}
        getKey={({ id }) => id}
        estimateSize={() => 20}
        label={`Changes of ${file.path}`}
        startAt="start"
        height="min(60vh, 40rem)"
        fixedSize
        wide
        renderItem={({ line }) => <Line line={line} />}
      />
    );
  }
  return (
    <section
      aria-label={`Changes of ${file.path}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      data-focus="inset"
      className="relative overflow-x-auto"
    >
      <div className="w-max min-w-full py-1">
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of one immutable diff never move
          <Line key={index} line={line} />
        ))}
      </div>
    </section>
  );
}

const marks = { add: "+", remove: "−", same: " ", hunk: "", note: "" };
const rows = {
  add: "bg-ok-soft",
  remove: "bg-danger-soft",
  same: "",
  hunk: "bg-sunken text-muted",
  note: "text-muted italic",
};
const spoken = { add: "added: ", remove: "removed: ", same: "", hunk: "", note: "" };

function Line({ line }: { line: DiffLine }) {
  return (
    <div className={cn("flex h-5 min-w-full font-mono text-xs leading-5", rows[line.kind])}>
      <span aria-hidden className="w-10 shrink-0 pr-2 text-right text-faint select-none @max-lg:hidden">
        {line.oldNumber}
      </span>
      <span aria-hidden className="w-10 shrink-0 pr-2 text-right text-faint select-none">
        {line.newNumber ?? (line.kind === "remove" ? "" : null)}
      </span>
      <span
        aria-hidden
        className={cn(
          "w-4 shrink-0 select-none",
          line.kind === "add" && "text-ok",
          line.kind === "remove" && "text-danger",
        )}
      >
        {marks[line.kind]}
      </span>
      <span className="pr-4 whitespace-pre">
        <span className="sr-only">{spoken[line.kind]}</span>
        {line.text}
      </span>
    </div>
  );
}
