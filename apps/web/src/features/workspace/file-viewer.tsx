"use client";
import { toDjinnError } from "@djinnbot/client";
import { Button, CopyButton, EmptyState, formatBytes, SkeletonText, VirtualFeed } from "@djinnbot/ui";
import { FileX, History } from "lucide-react";
import { useMemo } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { useUrlState } from "../run/use-url-state.ts";

type FileViewerProps = {
  runId: string;
  path: string;
  /** Null: as it is now. */
  commit: string | null;
  refetchInterval?: number | false;
};

/** One file with its lines numbered. */
export function FileViewer({ runId, path, commit, refetchInterval = false }: FileViewerProps) {
  const url = useUrlState();
  const now = trpc.workspaces.file.useQuery(
    { runId, path },
    { enabled: commit === null, refetchInterval, retry: false },
  );
  const then = trpc.workspaces.show.useQuery(
    { runId, commitHash: commit ?? "", filePath: path },
    { enabled: commit !== null, retry: false },
  );
  const file = commit === null ? now : then;
  return (
    <>
      <div className="flex min-h-10 items-center gap-2 border-b border-line py-1 pr-2 pl-4">
        <h2 dir="auto" className="min-w-0 flex-1 truncate font-mono text-xs" title={path}>
          {path}
          {commit === null ? "" : ` at ${commit.slice(0, 8)}`}
        </h2>
        {file.data ? <span className="text-xs whitespace-nowrap text-muted">{formatBytes(file.data.size)}</span> : null}
        <Button
          size="sm"
          variant="ghost"
          icon={<History aria-hidden />}
          onClick={() => url.set({ view: "history", commit: null }, { push: true })}
        >
          History
        </Button>
        {file.data ? <CopyButton text={file.data.content} label="Copy file" /> : null}
      </div>
      {file.isPending ? (
        <SkeletonText lines={8} className="p-4" />
      ) : file.data === undefined ? (
        <NotShown error={file.error} onRetry={() => file.refetch()} />
      ) : (
        <Lines text={file.data.content} path={path} />
      )}
    </>
  );
}

const reasons: Record<string, string> = {
  TOO_LARGE: "This file is too large to show",
  UNSUPPORTED: "This file is not text",
  FORBIDDEN: "Links are not followed",
  NOT_FOUND: "There is no such file",
};
const remedies: Record<string, string> = {
  TOO_LARGE: "Files of up to 1 MB are shown here. Fetch the run's branch to open it.",
  UNSUPPORTED: "Pictures and other binary files are not shown. Fetch the run's branch to open it.",
  FORBIDDEN: "The file, or a folder it lies in, points somewhere else.",
  NOT_FOUND: "It was removed or renamed meanwhile; its history tells when.",
};

function NotShown({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { code } = toDjinnError(error);
  const title = reasons[code];
  return title === undefined ? (
    <FaultState className="m-4" title="The file could not be read" error={error} onRetry={onRetry} />
  ) : (
    <EmptyState icon={<FileX aria-hidden />} title={title}>
      {remedies[code]}
    </EmptyState>
  );
}

function Lines({ text, path }: { text: string; path: string }) {
  const lines = useMemo(
    () =>
      (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n").map((line, index) => ({ line, number: index + 1 })),
    [text],
  );
  if (text === "") {
    return <p className="p-4 text-sm text-muted">The file is empty.</p>;
  }
  return (
    <VirtualFeed
      key={path}
      items={lines}
      getKey={({ number }) => String(number)}
      estimateSize={() => 20}
      label={`Text of ${path}`}
      startAt="start"
      height="auto"
      fixedSize
      wide
      className="flex-1 py-2"
      renderItem={({ line, number }) => (
        <div className="flex h-5 font-mono text-xs leading-5">
          <span className="w-12 shrink-0 pr-3 text-right text-faint select-none">{number}</span>
          <span className="pr-4 whitespace-pre">{line}</span>
        </div>
      )}
    />
  );
}
