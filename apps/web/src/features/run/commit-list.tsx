"use client";
import { CodeText, plural, RelativeTime } from "@djinnbot/ui";
import { Counts } from "@/features/workspace/history-view.tsx";
import { trpc } from "@/trpc/client.ts";
import { type TimelineEntry, turnWords } from "./timeline.ts";
import { useUrlState } from "./use-url-state.ts";

/** As many as one answer of the history holds. */
const MOST = 200;

type CommitListProps = { runId: string; commits: readonly TimelineEntry[]; onSelect: (key: string) => void };

/** Commits with their whole subject, what they changed, and the step each comes from. */
export function CommitList({ runId, commits, onSelect }: CommitListProps) {
  const url = useUrlState();
  const history = trpc.workspaces.history.useQuery({ runId, limit: MOST }, { placeholderData: (before) => before });
  const known = new Map(history.data?.commits.map((commit) => [commit.hash, commit]));
  const showChanges = (commit: string | null) =>
    url.set({ tab: "files", view: "history", commit, span: "step", file: null, at: null }, { push: true });
  return (
    <ol aria-label="Commits">
      {commits.map((entry) => {
        const commit = known.get(entry.commitHash ?? "");
        const turn = turnWords(entry);
        return (
          <li
            key={entry.key}
            className="flex flex-wrap items-baseline gap-x-3 border-b border-line px-4 py-row text-sm last:border-b-0"
          >
            <span className="flex min-w-0 flex-1 basis-48 flex-col">
              <span dir="auto" className="wrap-anywhere">
                {commit?.subject || entry.commitMessage || entry.summary?.split("\n", 1)[0] || "Changes of the step"}
              </span>
              <span className="flex flex-wrap items-baseline gap-x-3 text-xs text-muted">
                <CodeText text={entry.commitHash ?? ""}>{entry.commitHash?.slice(0, 8)}</CodeText>
                <RelativeTime at={commit === undefined ? entry.endedAt : commit.timestamp * 1000} />
                {commit === undefined ? null : (
                  <span>
                    {plural(commit.stats.files, "file")} <Counts {...commit.stats} />
                  </span>
                )}
              </span>
            </span>
            <button
              type="button"
              aria-label={`Changes of ${entry.stepId}`}
              onClick={() => showChanges(entry.commitHash)}
              className="rounded-sm text-xs text-accent-text hover:underline"
            >
              Changes
            </button>
            <button
              type="button"
              onClick={() => onSelect(entry.key)}
              className="rounded-sm text-xs text-accent-text hover:underline"
            >
              {entry.stepId}
              {turn === "" ? "" : ` · ${turn}`}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
