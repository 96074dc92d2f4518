"use client";
import { useMemo, useSyncExternalStore } from "react";
import type { AttentionItem } from "./runs-now.ts";

const storageKey = "djinn_dismissed";
/** Failures are shown for a week; what was put away before that is forgotten. */
const keptMs = 8 * 24 * 3600 * 1000;
const listeners = new Set<() => void>();

type Dismissed = Record<string, number>;

/** What a person put away in this browser: the key of each thing, with the last time it had happened by then. */
export function useDismissed() {
  const stored = useSyncExternalStore(subscribe, read, () => null);
  const dismissed = useMemo(() => parse(stored), [stored]);
  return { dismissed, dismiss, restore };
}

function dismiss({ key, at }: AttentionItem): void {
  const young = Object.entries(parse(read())).filter(([, time]) => Date.now() - time < keptMs);
  write({ ...Object.fromEntries(young), [key]: at });
}

function restore({ key }: AttentionItem): void {
  const { [key]: _gone, ...rest } = parse(read());
  write(rest);
}

/** A forbidden storage only means that nothing is remembered. */
function read(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

function write(dismissed: Dismissed): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(dismissed));
  } catch {}
  for (const listener of listeners) {
    listener();
  }
}

function parse(stored: string | null): Dismissed {
  try {
    const value: unknown = JSON.parse(stored ?? "{}");
    return typeof value === "object" && value !== null ? (value as Dismissed) : {};
  } catch {
    return {};
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}
