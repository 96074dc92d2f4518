"use client";
import { Button, cn, EmptyState, Input, SkeletonText } from "@djinnbot/ui";
import { ChevronRight, File, FileText, Search } from "lucide-react";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { useUrlState } from "../run/use-url-state.ts";
import { ChangedFiles, ChangeMark } from "./changed-files.tsx";
import { type TreeRow, treeRows } from "./file-tree.ts";
import { FileViewer } from "./file-viewer.tsx";
import { Panes } from "./panes.tsx";
import type { WorkspaceStatus } from "./types.ts";
import { type Change, useChangedFiles } from "./use-changed-files.ts";

/** Up to so many files every folder begins open. */
const openUpTo = 60;
const shownAtOnce = 1000;

type FilesViewProps = { runId: string; state: WorkspaceStatus; refetchInterval: number | false };

/** The files as a tree, and the chosen one beside it. */
export function FilesView({ runId, state, refetchInterval }: FilesViewProps) {
  const url = useUrlState();
  const file = url.get("file");
  const changes = useChangedFiles(runId, state);
  const files = trpc.workspaces.list.useQuery({ runId }, { refetchInterval });
  if (files.isPending || changes === null) {
    return <SkeletonText lines={8} className="p-4" />;
  }
  if (files.isError && files.data === undefined) {
    return (
      <FaultState
        className="m-4"
        title="The files could not be listed"
        error={files.error}
        onRetry={() => files.refetch()}
      />
    );
  }
  const paths = files.data.files.map(({ path }) => path);
  if (paths.length === 0 && file === null) {
    return (
      <EmptyState icon={<FileText aria-hidden />} title="No files yet">
        What the agents write appears here.
      </EmptyState>
    );
  }
  return (
    <Panes
      chosen={file !== null}
      back="All files"
      onBack={() => url.set({ file: null })}
      list={
        <FileList
          paths={paths}
          changes={changes}
          truncated={files.data.truncated}
          selected={file}
          onSelect={(path) => url.set({ file: path }, { push: file === null })}
        />
      }
      detail={
        file === null ? (
          <p className="m-auto p-4 text-sm text-muted">Choose a file to read it.</p>
        ) : (
          <FileViewer runId={runId} path={file} commit={null} refetchInterval={refetchInterval} />
        )
      }
    />
  );
}

type FileListProps = {
  paths: readonly string[];
  changes: ReadonlyMap<string, Change>;
  truncated: boolean;
  selected: string | null;
  onSelect: (path: string) => void;
};

function FileList({ paths, changes, truncated, selected, onSelect }: FileListProps) {
  const [filter, setFilter] = useState("");
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [limit, setLimit] = useState(shownAtOnce);
  const wanted = filter.trim().toLowerCase();
  const all = paths.length <= openUpTo;
  const rows = useMemo(() => {
    const shown = wanted === "" ? paths : paths.filter((path) => path.toLowerCase().includes(wanted));
    return treeRows(shown, (folder) => wanted !== "" || all !== toggled.has(folder));
  }, [paths, wanted, all, toggled]);
  const toggle = (folder: string) => {
    const next = new Set(toggled);
    if (!next.delete(folder)) {
      next.add(folder);
    }
    setToggled(next);
  };
  const activate = (row: TreeRow) => (row.folder ? toggle(row.path) : onSelect(row.path));
  return (
    <>
      <div className="border-b border-line p-2">
        <Input
          type="text"
          role="searchbox"
          aria-label="Filter files"
          placeholder="Filter files"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          leading={<Search aria-hidden />}
          className="h-control-sm text-xs"
        />
      </div>
      {changes.size === 0 || wanted !== "" ? null : (
        <ChangedFiles changes={[...changes.values()]} selected={selected} onSelect={onSelect} />
      )}
      <TreeRows rows={rows.slice(0, limit)} changes={changes} selected={selected} onActivate={activate} />
      {rows.length > limit ? (
        <Button size="sm" variant="ghost" className="m-2" onClick={() => setLimit(limit + shownAtOnce)}>
          Show {Math.min(shownAtOnce, rows.length - limit)} more
        </Button>
      ) : null}
      {truncated ? <p className="border-t border-line p-2 text-xs text-muted">There are more files.</p> : null}
    </>
  );
}

type TreeRowsProps = {
  rows: readonly TreeRow[];
  changes: ReadonlyMap<string, Change>;
  selected: string | null;
  onActivate: (row: TreeRow) => void;
};

function TreeRows({ rows, changes, selected, onActivate }: TreeRowsProps) {
  const list = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const current = Math.min(at, rows.length - 1);
  const focus = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setAt(next);
    list.current?.querySelectorAll<HTMLElement>("[role=treeitem]")[next]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[current];
    const move = moveOf(event.key, current, rows);
    if (move !== null) {
      event.preventDefault();
      focus(move);
    } else if (row && (event.key === "Enter" || event.key === " " || foldsBy(event.key, row))) {
      event.preventDefault();
      onActivate(row);
    }
  };
  if (rows.length === 0) {
    return <p className="p-3 text-sm text-muted">No file matches.</p>;
  }
  return (
    <div
      ref={list}
      role="tree"
      aria-label="Files"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      className="min-h-0 flex-1 overflow-y-auto py-1"
    >
      {rows.map((row, index) => (
        <TreeItem
          key={row.path}
          row={row}
          change={row.folder ? undefined : changes.get(row.path)?.status}
          selected={row.path === selected}
          current={index === current}
          onFocus={() => setAt(index)}
          onActivate={() => onActivate(row)}
        />
      ))}
    </div>
  );
}

type TreeItemProps = {
  row: TreeRow;
  /** What the run did to it. */
  change: Change["status"] | undefined;
  selected: boolean;
  /** The one that the Tab key reaches. */
  current: boolean;
  onFocus: () => void;
  onActivate: () => void;
};

function TreeItem({ row, change, selected, current, onFocus, onActivate }: TreeItemProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it takes the keys
    <div
      role="treeitem"
      aria-level={row.depth + 1}
      aria-selected={selected}
      aria-expanded={row.folder ? row.open : undefined}
      tabIndex={current ? 0 : -1}
      data-focus="inset"
      title={row.path}
      onFocus={onFocus}
      onClick={onActivate}
      style={{ paddingLeft: `${0.5 + row.depth * 0.875}rem` }}
      className={cn(
        "flex min-h-control-sm cursor-pointer items-center gap-1.5 pr-2 text-sm select-none hover:bg-hover",
        selected && "bg-accent-soft font-medium text-accent-text",
      )}
    >
      {row.folder ? (
        <ChevronRight aria-hidden className={cn("size-4 shrink-0 text-faint", row.open && "rotate-90")} />
      ) : change !== undefined ? (
        <ChangeMark status={change} className="ml-0.5" />
      ) : (
        <File aria-hidden className="ml-0.5 size-3.5 shrink-0 text-faint" />
      )}
      <span dir="auto" className="truncate">
        {row.name}
      </span>
    </div>
  );
}

function moveOf(key: string, at: number, rows: readonly TreeRow[]): number | null {
  const row = rows[at];
  switch (key) {
    case "ArrowDown":
    case "j":
      return at + 1;
    case "ArrowUp":
    case "k":
      return at - 1;
    case "Home":
      return 0;
    case "End":
      return rows.length - 1;
    case "ArrowRight":
      return row?.open ? at + 1 : null;
    case "ArrowLeft":
      return row === undefined || row.open
        ? null
        : Math.max(
            0,
            rows.findLastIndex((one, index) => index < at && one.depth < row.depth),
          );
    default:
      return null;
  }
}

function foldsBy(key: string, row: TreeRow): boolean {
  return row.folder && ((key === "ArrowRight" && !row.open) || (key === "ArrowLeft" && row.open));
}
