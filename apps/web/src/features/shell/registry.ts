"use client";
import { useSyncExternalStore } from "react";

export type Registry<T> = {
  add: (entry: T) => () => void;
  subscribe: (listener: () => void) => () => void;
  entries: () => readonly T[];
};

/** A list that mounted components add themselves to and that the shell shows: commands, shortcuts, breadcrumbs. */
export function createRegistry<T>(): Registry<T> {
  let entries: readonly T[] = [];
  const listeners = new Set<() => void>();
  const change = (next: readonly T[]) => {
    entries = next;
    for (const listener of listeners) {
      listener();
    }
  };
  return {
    add: (entry) => {
      change([...entries, entry]);
      return () => change(entries.filter((other) => other !== entry));
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    entries: () => entries,
  };
}

const EMPTY: readonly never[] = [];

/** The entries of a registry as they are now; empty on the server. */
export function useRegistry<T>(registry: Registry<T>): readonly T[] {
  return useSyncExternalStore(registry.subscribe, registry.entries, () => EMPTY);
}
