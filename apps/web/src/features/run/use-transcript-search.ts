"use client";
import { useDeferredValue, useMemo, useState } from "react";
import type { TranscriptItem } from "./transcript-model.ts";

/** Everything of an entry that a reader may look for. */
export function searchText(item: TranscriptItem): string {
  switch (item.kind) {
    case "text":
    case "thinking":
      return item.text;
    case "tool":
      return `${item.name}\n${item.args ?? ""}\n${item.result ?? ""}`;
    case "file":
      return item.path;
    case "retry":
      return item.error;
    case "compaction":
      return `Context compacted\n${item.summary ?? ""}`;
    case "notice":
      return `${item.title}\n${item.detail ?? ""}`;
  }
}

type SearchArgs = { items: readonly TranscriptItem[]; onShow: (index: number) => void };

/** Search in a transcript: which entries match, and stepping through them. */
export function useTranscriptSearch({ items, onShow }: SearchArgs) {
  const [query, setQueryState] = useState("");
  const [position, setPosition] = useState(-1);
  const needle = useDeferredValue(query.trim().toLowerCase());
  const matches = useMemo(
    () =>
      needle === ""
        ? []
        : items.flatMap((item, index) => (searchText(item).toLowerCase().includes(needle) ? [index] : [])),
    [items, needle],
  );
  const setQuery = (next: string) => {
    setQueryState(next);
    setPosition(-1);
  };
  const step = (direction: 1 | -1) => {
    if (matches.length > 0) {
      const from = position === -1 && direction === -1 ? 0 : position;
      const next = (from + direction + matches.length) % matches.length;
      setPosition(next);
      onShow(matches[next] ?? 0);
    }
  };
  return { query, setQuery, step, matches: matches.length, position: position + 1, current: matches[position] ?? null };
}
