"use client";
import { useDeferredValue, useMemo, useState } from "react";
import { stripAnsi } from "./ansi.ts";

/** One line of a log; `text` may carry ANSI colours, `at` is epoch ms. Lines are immutable, ids unique. */
export type LogLine = { id: string; text: string; at?: number; tone?: "muted" | "danger" | "warn" | "ok" | "info" };

const plain = new WeakMap<LogLine, { text: string; lower: string }>();

/** The text of a line without its colours. */
export function plainText(line: LogLine): string {
  return textOf(line).text;
}

/** Finds the lines that hold a text, and steps through them in both directions. */
export function useLogSearch({ lines, onShow }: { lines: readonly LogLine[]; onShow: (index: number) => void }) {
  const [query, setQueryState] = useState("");
  const [current, setCurrent] = useState<number | null>(null);
  const needle = useDeferredValue(query).toLowerCase();
  const found = useMemo(() => findLines(lines, needle), [lines, needle]);

  const show = (index: number | undefined) => {
    setCurrent(index ?? null);
    if (index !== undefined) {
      onShow(index);
    }
  };
  const setQuery = (next: string) => {
    setQueryState(next);
    show(next === "" ? undefined : findLines(lines, next.toLowerCase(), 1)[0]);
  };
  const step = (direction: 1 | -1) => {
    const at = current === null ? -1 : found.indexOf(current);
    show(found[(at + direction + found.length) % found.length]);
  };
  const position = current === null ? 0 : found.indexOf(current) + 1;
  return { query, setQuery, step, current, position, matches: found.length };
}

function findLines(lines: readonly LogLine[], needle: string, limit = Number.POSITIVE_INFINITY): number[] {
  const found: number[] = [];
  if (needle === "") {
    return found;
  }
  for (const [index, line] of lines.entries()) {
    if (textOf(line).lower.includes(needle) && found.push(index) >= limit) {
      break;
    }
  }
  return found;
}

function textOf(line: LogLine) {
  const known = plain.get(line);
  if (known) {
    return known;
  }
  const text = stripAnsi(line.text);
  const made = { text, lower: text.toLowerCase() };
  plain.set(line, made);
  return made;
}
