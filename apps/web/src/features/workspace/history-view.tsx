"use client";
import type { Commit, RunDetail } from "@djinnbot/contracts";
import { Button, cn, EmptyState, IconButton, RelativeTime, SkeletonText } from "@djinnbot/ui";
import { GitCommitHorizontal, X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { useUrlState } from "../run/use-url-state.ts";
import { DiffView } from "./diff-view.tsx";
import { FileViewer } from "./file-viewer.tsx";
import { Panes } from "./panes.tsx";

const PAGE = 50;
const most = 200;

type HistoryViewProps = { run: RunDetail; refetchInterval: number | false };
type ShownCommit = Commit & { stats?: { insertions: number; deletions: number } };

/** Commits of the run's branch, or of one file, and what the chosen one changed. */
export function HistoryView({ run, refetchInterval }: HistoryViewProps) {
  const url = useUrlState();
  const [file, commit] = [url.get("file"), url.get("commit")];
  const whole = url.get("at") === "1" && file !== null && commit !== null;
  return (
    <Panes
      chosen={commit !== null}
      back="All commits"
      onBack={() => url.set({ commit: null, span: null, at: null })}
      list={
        <>
          {file === null ? null : (
            <div className="flex items-center gap-1 border-b border-line py-1 pr-1 pl-3">
              <p dir="auto" className="min-w-0 flex-1 truncate font-mono text-xs" title={file}>
                {file}
              </p>
              <IconButton
                size="sm"
                label="Commits of all files"
                icon={<X aria-hidden />}
                onClick={() => url.set({ file: null, at: null })}
              />
            </div>
          )}
          {file === null ? (
            <AllCommits run={run} refetchInterval={refetchInterval} />
          ) : (
            <FileCommits run={run} path={file} />
          )}
        </>
      }
      detail={
        commit === null ? (
          <p className="m-auto p-4 text-sm text-muted">Choose a commit to see what it changed.</p>
        ) : whole ? (
          <FileViewer runId={run.id} path={file} commit={commit} />
        ) : (
          <DiffView
            key={`${commit} ${file ?? ""}`}
            run={run}
            commit={commit}
            span={url.get("span") === "step" ? "step" : "commit"}
            only={file}
          />
        )
      }
    />
  );
}

function AllCommits({ run, refetchInterval }: HistoryViewProps) {
  const [offset, setOffset] = useState(0);
  const [limit, setLimit] = useState(PAGE);
  const history = trpc.workspaces.history.useQuery(
    { runId: run.id, limit, offset },
    { refetchInterval, placeholderData: (before) => before },
  );
  if (history.isPending) {
    return <SkeletonText lines={8} className="p-4" />;
  }
  if (history.data === undefined) {
    return (
      <FaultState
        className="m-4"
        title="The history could not be read"
        error={history.error}
        onRetry={() => history.refetch()}
      />
    );
  }
  const { commits, hasMore } = history.data;
  const older = () => (limit < most ? setLimit(Math.min(most, limit * 2)) : setOffset(offset + most));
  return (
    <CommitRows run={run} commits={commits}>
      {offset > 0 ? (
        <Button size="sm" variant="ghost" className="m-2" onClick={() => setOffset(Math.max(0, offset - most))}>
          Newer commits
        </Button>
      ) : null}
      {hasMore ? (
        <Button size="sm" variant="ghost" className="m-2" onClick={older} loading={history.isFetching}>
          Older commits
        </Button>
      ) : null}
    </CommitRows>
  );
}

function FileCommits({ run, path }: { run: RunDetail; path: string }) {
  const history = trpc.workspaces.fileHistory.useQuery(
    { runId: run.id, filePath: path, limit: most },
    { retry: false },
  );
  if (history.isPending) {
    return <SkeletonText lines={4} className="p-4" />;
  }
  if (history.data === undefined) {
    return (
      <EmptyState icon={<GitCommitHorizontal aria-hidden />} title="Not committed yet">
        The file appears here with the commit of the step that wrote it.
      </EmptyState>
    );
  }
  return <CommitRows run={run} commits={history.data.commits} />;
}

type CommitRowsProps = { run: RunDetail; commits: readonly ShownCommit[]; children?: React.ReactNode };

function CommitRows({ run, commits, children }: CommitRowsProps) {
  const url = useUrlState();
  const chosen = url.get("commit");
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      const buttons = [...event.currentTarget.querySelectorAll("button")];
      buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + by]?.focus();
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only moves the focus among the buttons inside
    <div onKeyDown={onKeyDown} className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <ol aria-label="Commits">
        {commits.map((commit) => (
          <li key={commit.hash}>
            <button
              type="button"
              data-focus="inset"
              aria-current={commit.hash === chosen || undefined}
              onClick={() => url.set({ commit: commit.hash, span: null, at: null }, { push: chosen === null })}
              className={cn(
                "flex w-full flex-col gap-0.5 border-b border-line px-3 py-row text-left text-sm hover:bg-hover",
                commit.hash === chosen && "bg-accent-soft",
                commit.stepId === null && "text-muted",
              )}
            >
              <span dir="auto" className="line-clamp-2 wrap-anywhere">
                {commit.subject || "No message"}
              </span>
              <CommitLine run={run} commit={commit} />
            </button>
          </li>
        ))}
      </ol>
      {children}
    </div>
  );
}

function CommitLine({ run, commit }: { run: RunDetail; commit: ShownCommit }) {
  return (
    <span className="flex flex-wrap items-baseline gap-x-2 text-xs text-muted">
      <span className="font-mono">{commit.shortHash}</span>
      <span>{authorOf(run, commit)}</span>
      {commit.stepId === null ? null : <span>{commit.stepId}</span>}
      <RelativeTime at={commit.timestamp * 1000} />
      {commit.stats === undefined ? null : <Counts {...commit.stats} />}
    </span>
  );
}

/** Lines that came and went. */
export function Counts({ insertions, deletions }: { insertions: number; deletions: number }) {
  return (
    <span className="whitespace-nowrap tabular-nums">
      <span className="text-ok">+{insertions}</span> <span className="text-danger">−{deletions}</span>
    </span>
  );
}

/** The agent whose work it is, else who git names. */
export function authorOf(run: RunDetail, commit: Commit): string {
  const step = run.steps.find(({ stepId }) => stepId === commit.stepId);
  return commit.stepId === null ? commit.author : (step?.agentName ?? commit.author);
}
