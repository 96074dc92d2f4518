import { cn } from "@djinnbot/ui";
import { FileMinus, FilePen, FilePlus } from "lucide-react";
import { Counts } from "./history-view.tsx";
import type { Change } from "./use-changed-files.ts";

const LOOKS = {
  added: { icon: FilePlus, word: "added", tone: "text-ok" },
  modified: { icon: FilePen, word: "changed", tone: "text-warn" },
  renamed: { icon: FilePen, word: "renamed", tone: "text-warn" },
  deleted: { icon: FileMinus, word: "deleted", tone: "text-danger" },
};

/** What the run did to a file, as an icon with its word. */
export function ChangeMark({ status, className }: { status: Change["status"]; className?: string }) {
  const look = LOOKS[status];
  return (
    <span role="img" aria-label={look.word} title={look.word} className={cn("shrink-0", look.tone, className)}>
      <look.icon aria-hidden className="size-3.5" />
    </span>
  );
}

type ChangedFilesProps = {
  changes: readonly Change[];
  selected: string | null;
  onSelect: (path: string) => void;
};

/** The files that the run changed, before all the others; one that is gone cannot be opened. */
export function ChangedFiles({ changes, selected, onSelect }: ChangedFilesProps) {
  return (
    <section aria-label="Changed by the run" className="max-h-48 shrink-0 overflow-y-auto border-b border-line py-1">
      <h2 className="px-3 py-1 text-xs font-medium text-muted">Changed by the run</h2>
      <ul>
        {changes.map(({ path, status, additions, deletions }) => (
          <li key={path}>
            <button
              type="button"
              disabled={status === "deleted"}
              title={path}
              data-focus="inset"
              onClick={() => onSelect(path)}
              className={cn(
                "flex min-h-control-sm w-full items-center gap-1.5 px-3 text-left text-sm enabled:hover:bg-hover disabled:text-muted",
                path === selected && "bg-accent-soft font-medium text-accent-text",
              )}
            >
              <ChangeMark status={status} />
              {/* The end of a path tells more than its beginning. */}
              <span dir="rtl" className="min-w-0 flex-1 truncate text-left">
                <bdi>{path}</bdi>
              </span>
              {additions === null || deletions === null ? null : (
                <span className="text-xs">
                  <Counts insertions={additions} deletions={deletions} />
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
