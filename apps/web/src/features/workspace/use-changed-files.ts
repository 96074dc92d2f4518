"use client";
import type { ChangedFile, Commit } from "@djinnbot/contracts";
import { trpc } from "@/trpc/client.ts";
import { changeSpan } from "./change-span.ts";
import type { WorkspaceStatus } from "./types.ts";

export type Change = Pick<ChangedFile, "path" | "status"> & { additions: number | null; deletions: number | null };

const LETTERS = { A: "added", M: "modified", D: "deleted" } as const;
const MOST = 200;
const none: readonly Commit[] = [];

/** What the run changed, by path: its commits, and the first of what is not committed yet. Null while it loads. */
export function useChangedFiles(runId: string, state: WorkspaceStatus): ReadonlyMap<string, Change> | null {
  const history = trpc.workspaces.history.useQuery({ runId, limit: MOST });
  const span = changeSpan(history.data?.commits ?? none);
  const diff = trpc.workspaces.diff.useQuery(
    { runId, commitHash: span?.to ?? "", from: span?.from ?? "" },
    { enabled: span !== null, staleTime: Number.POSITIVE_INFINITY, placeholderData: (before) => before },
  );
  if (history.isPending || diff.isLoading) {
    return null;
  }
  const changes = new Map<string, Change>(diff.data?.files.map((file) => [file.path, file]));
  for (const { file, status } of state.changes ?? []) {
    if (!changes.has(file)) {
      changes.set(file, { path: file, status: LETTERS[status], additions: null, deletions: null });
    }
  }
  return changes;
}
