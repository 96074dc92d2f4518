"use client";
import { ChevronDown, ChevronUp, Search, WrapText } from "lucide-react";
import { type KeyboardEvent, memo, type ReactNode, type Ref, useMemo, useRef, useState } from "react";
import { parseAnsi } from "./ansi.ts";
import { cn } from "./cn.ts";
import { CopyButton } from "./copy-button.tsx";
import { formatCount, formatTime } from "./format.ts";
import { IconButton } from "./icon-button.tsx";
import { Input } from "./input.tsx";
import { type LogLine, plainText, useLogSearch } from "./use-log-search.ts";
import { VirtualFeed, type VirtualFeedHandle } from "./virtual-feed.tsx";

export type { LogLine } from "./use-log-search.ts";

const LINE_HEIGHT = 20;

export type VirtualLogProps = {
  lines: readonly LogLine[];
  label: string;
  height?: string;
  emptyText?: string;
  toolbar?: ReactNode;
  /** A log that still grows opens at its end, a finished one at its start. */
  live?: boolean;
  className?: string;
};

/** A log of any length: ANSI colours, search, wrapping, copy of the raw text; it follows its end like VirtualFeed. */
export function VirtualLog(props: VirtualLogProps) {
  const { lines, label, height = "24rem", emptyText = "No output yet.", toolbar, live = true, className } = props;
  const feed = useRef<VirtualFeedHandle>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const [wrap, setWrap] = useState(false);
  const search = useLogSearch({ lines, onShow: (index) => feed.current?.scrollToIndex(index) });
  const hasTime = useMemo(() => lines.some((line) => line.at !== undefined), [lines]);
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "f") {
      event.preventDefault();
      searchBox.current?.select();
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only takes over the find shortcut while the focus is inside
    <div
      onKeyDown={onKeyDown}
      className={cn("flex min-w-0 flex-col rounded-lg border border-line bg-sunken", className)}
      style={{ height }}
    >
      <div className="flex items-center gap-1 border-b border-line px-2 py-1">
        <SearchBar search={search} label={label} inputRef={searchBox} />
        <div className="ml-auto flex items-center gap-1">
          {toolbar}
          <IconButton
            label={wrap ? "Do not wrap lines" : "Wrap lines"}
            size="sm"
            aria-pressed={wrap}
            icon={<WrapText aria-hidden className={cn(wrap && "text-accent-text")} />}
            onClick={() => setWrap(!wrap)}
          />
          <CopyButton label="Copy raw text" text={() => lines.map((line) => plainText(line)).join("\n")} />
        </div>
      </div>
      <VirtualFeed
        key={wrap ? "wrap" : "plain"}
        ref={feed}
        items={lines}
        getKey={(line) => line.id}
        estimateSize={() => LINE_HEIGHT}
        label={label}
        noun="new line"
        startAt={live ? "end" : "start"}
        wide={!wrap}
        fixedSize={!wrap}
        className="flex-1"
        height="auto"
        empty={<p className="p-3 text-sm text-muted">{emptyText}</p>}
        renderItem={(line, index) => (
          <Line line={line} wrap={wrap} hasTime={hasTime} query={search.query} current={index === search.current} />
        )}
      />
    </div>
  );
}

type SearchBarProps = { search: ReturnType<typeof useLogSearch>; label: string; inputRef: Ref<HTMLInputElement> };

function SearchBar({ search, label, inputRef }: SearchBarProps) {
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
    <>
      <Input
        ref={inputRef}
        type="text"
        role="searchbox"
        aria-label={`Search in ${label}`}
        placeholder="Search"
        value={search.query}
        onChange={(event) => search.setQuery(event.target.value)}
        onKeyDown={onKeyDown}
        leading={<Search aria-hidden />}
        className="h-control-sm max-w-56 text-xs"
      />
      <span role="status" className="text-xs whitespace-nowrap text-muted">
        {search.query === "" ? "" : `${formatCount(search.position)} of ${formatCount(search.matches)}`}
      </span>
      {search.query === "" ? null : (
        <>
          <IconButton
            label="Previous match"
            size="sm"
            icon={<ChevronUp aria-hidden />}
            onClick={() => search.step(-1)}
          />
          <IconButton label="Next match" size="sm" icon={<ChevronDown aria-hidden />} onClick={() => search.step(1)} />
        </>
      )}
    </>
  );
}

const TONES = { muted: "text-muted", danger: "text-danger", warn: "text-warn", ok: "text-ok", info: "text-info" };

type LineProps = { line: LogLine; wrap: boolean; hasTime: boolean; query: string; current: boolean };

const Line = memo(function Line({ line, wrap, hasTime, query, current }: LineProps) {
  return (
    <div
      className={cn(
        "flex gap-3 px-3 font-mono text-xs leading-5",
        wrap ? "min-h-5" : "h-5",
        current && "bg-accent-soft",
      )}
    >
      {hasTime ? (
        <span className="w-16 shrink-0 text-faint select-none" suppressHydrationWarning>
          {line.at === undefined ? "" : formatTime(line.at)}
        </span>
      ) : null}
      <span
        className={cn(
          "flex-1",
          wrap ? "wrap-anywhere whitespace-pre-wrap" : "whitespace-pre",
          line.tone && TONES[line.tone],
        )}
      >
        {parseAnsi(line.text).map((segment, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: segments of one immutable line never move
          <span key={index} className={segment.className || undefined}>
            {query === "" ? segment.text : marked(segment.text, query)}
          </span>
        ))}
      </span>
    </div>
  );
});

function marked(text: string, query: string): ReactNode[] {
  const parts: ReactNode[] = [];
  const haystack = text.toLowerCase();
  const needle = query.toLowerCase();
  let from = 0;
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, from)) {
    parts.push(text.slice(from, at));
    parts.push(
      <mark key={at} className="rounded-sm bg-warn-soft text-warn outline outline-warn-line">
        {text.slice(at, at + needle.length)}
      </mark>,
    );
    from = at + needle.length;
  }
  parts.push(text.slice(from));
  return parts;
}
