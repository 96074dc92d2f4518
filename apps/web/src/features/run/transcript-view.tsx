"use client";
import { Badge, CopyButton, cn, IconButton, Input, VirtualFeed, type VirtualFeedHandle } from "@djinnbot/ui";
import { ChevronDown, ChevronsDownUp, ChevronsUpDown, ChevronUp, Cpu, FlaskConical, Search } from "lucide-react";
import { type KeyboardEvent, type ReactNode, type RefObject, useCallback, useMemo, useRef, useState } from "react";
import { EarlierBar } from "./earlier-bar.tsx";
import type { TimelineEntry } from "./timeline.ts";
import { TranscriptRow } from "./transcript-item.tsx";
import { isOver, type TranscriptItem } from "./transcript-model.ts";
import type { EarlierEvents } from "./use-earlier-events.ts";
import { searchText, useTranscriptSearch } from "./use-transcript-search.ts";

type TranscriptViewProps = {
  entry: TimelineEntry;
  items: readonly TranscriptItem[];
  loading: boolean;
  earlier: EarlierEvents;
  /** The beginning of this step is not among the events that are loaded. */
  cut: boolean;
  /** What happens this moment, while it is not over. */
  activity: ReactNode;
  searchInput: RefObject<HTMLInputElement | null>;
  /** The reader has turned to something in it: it must not be exchanged for the next step. */
  onRead: () => void;
};

/** What the agent of one step says and does, as it happens. */
export function TranscriptView({
  entry,
  items,
  loading,
  earlier,
  cut,
  activity,
  searchInput,
  onRead,
}: TranscriptViewProps) {
  const feed = useRef<VirtualFeedHandle>(null);
  const folds = useFolds(items);
  const search = useTranscriptSearch({ items, onShow: (index) => feed.current?.scrollToIndex(index) });
  const live = !isOver(entry.status) && !entry.planned;
  const lastId = items.at(-1)?.id;
  return (
    <div
      className="flex min-h-0 flex-1 flex-col"
      onWheelCapture={(event) => (event.deltaY < 0 ? onRead() : undefined)}
      onTouchMoveCapture={onRead}
      onPointerDownCapture={onRead}
      onKeyDownCapture={(event) => (event.key === "Tab" ? undefined : onRead())}
    >
      <div className="flex flex-wrap items-center gap-1 border-b border-line px-2 py-1">
        <SearchBar search={search} input={searchInput} />
        <div className="ml-auto flex items-center gap-1">
          {entry.model === null ? null : (
            <Badge
              icon={entry.model.startsWith("demo/") ? <FlaskConical aria-hidden /> : <Cpu aria-hidden />}
              title={entry.model.startsWith("demo/") ? "Demo model — scripted replies" : "Model of this step"}
              className="max-w-56 font-mono max-sm:hidden"
            >
              {entry.model}
            </Badge>
          )}
          <IconButton
            size="sm"
            label={folds.anyOpen ? "Fold everything" : "Unfold everything"}
            icon={folds.anyOpen ? <ChevronsDownUp aria-hidden /> : <ChevronsUpDown aria-hidden />}
            onClick={folds.toggleAll}
          />
          <CopyButton label="Copy transcript" text={() => asText(items)} />
        </div>
      </div>
      {cut ? <EarlierBar earlier={earlier} /> : null}
      <VirtualFeed
        ref={feed}
        items={items}
        getKey={(item) => item.id}
        estimateSize={estimate}
        label={`Transcript of ${entry.stepId}`}
        height="auto"
        noun="new item"
        overscan={2}
        startAt={live || entry.status === "failed" ? "end" : "start"}
        className="flex-1 py-1"
        empty={<Nothing entry={entry} loading={loading} cut={cut} />}
        renderItem={(item, index) => (
          <TranscriptRow
            item={item}
            open={folds.isOpen(item.id)}
            onToggle={folds.toggle}
            streaming={live && item.id === lastId}
            current={index === search.current}
          />
        )}
      />
      {live ? activity : null}
    </div>
  );
}

/** The whole transcript; a text that was cut into blocks is whole again. */
function asText(items: readonly TranscriptItem[]): string {
  return items
    .map((item, index) => {
      const glued = index === 0 || (item.kind === "text" && items[index - 1]?.kind === "text");
      return `${glued ? "" : "\n\n"}${searchText(item)}`;
    })
    .join("");
}

/** Expected height in px before an entry is measured. */
function estimate(item: TranscriptItem): number {
  if (item.kind === "tool") {
    return 46;
  }
  return item.kind === "text" ? 24 + Math.ceil(item.text.length / 80) * 19 : 36;
}

const FOLDABLE: ReadonlySet<TranscriptItem["kind"]> = new Set(["tool", "thinking", "compaction"]);

function useFolds(items: readonly TranscriptItem[]) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((id: string, isOpen: boolean) => {
    setOpen((before) => {
      const next = new Set(before);
      if (isOpen) {
        next.add(id);
      } else {
        next.delete(id);
      }
      return next;
    });
  }, []);
  const foldable = useMemo(() => items.filter((item) => FOLDABLE.has(item.kind)).map((item) => item.id), [items]);
  const anyOpen = open.size > 0;
  return {
    isOpen: (id: string) => open.has(id),
    toggle,
    anyOpen,
    toggleAll: () => setOpen(anyOpen ? new Set() : new Set(foldable)),
  };
}

type SearchBarProps = {
  search: ReturnType<typeof useTranscriptSearch>;
  input: RefObject<HTMLInputElement | null>;
};

function SearchBar({ search, input }: SearchBarProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      search.step(event.shiftKey ? -1 : 1);
    }
    if (event.key === "Escape" && search.query !== "") {
      event.stopPropagation();
      search.setQuery("");
    }
  };
  return (
    <div className="flex min-w-0 items-center gap-1">
      <Input
        ref={input}
        type="text"
        role="searchbox"
        aria-label="Search in the transcript"
        placeholder="Search"
        value={search.query}
        onChange={(event) => search.setQuery(event.target.value)}
        onKeyDown={onKeyDown}
        leading={<Search aria-hidden />}
        className="h-control-sm max-w-48 text-xs"
      />
      <span role="status" className="text-xs whitespace-nowrap text-muted">
        {search.query.trim() === "" ? "" : `${search.position} of ${search.matches}`}
      </span>
      {search.query.trim() === "" ? null : (
        <>
          <IconButton
            size="sm"
            label="Previous match"
            icon={<ChevronUp aria-hidden />}
            onClick={() => search.step(-1)}
          />
          <IconButton size="sm" label="Next match" icon={<ChevronDown aria-hidden />} onClick={() => search.step(1)} />
        </>
      )}
    </div>
  );
}

function Nothing({ entry, loading, cut }: { entry: TimelineEntry; loading: boolean; cut: boolean }) {
  const text = cut
    ? "What this step said is among the earlier events."
    : entry.status === "queued" || entry.status === "pending"
      ? "Waiting for its turn."
      : isOver(entry.status)
        ? "This step said nothing that was recorded."
        : "The agent has not said anything yet.";
  return (
    <p className={cn("p-4 text-sm text-muted", loading && "appear-late")}>
      {loading ? "Loading the transcript…" : text}
    </p>
  );
}
