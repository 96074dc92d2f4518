"use client";
import type { CommandEntry } from "@djinnbot/ui";
import { useEffect, useSyncExternalStore } from "react";
import { createRegistry } from "./registry.ts";

export type CommandGroup = {
  heading: string;
  items: readonly CommandEntry[];
  loading?: boolean;
  /** Found for what is typed, not something the page offers; stands below the rest where it matches no better. */
  found?: boolean;
};

export const commandGroups = createRegistry<CommandGroup>();

/**
 * Offers entries in the command palette while the caller is mounted: what can be done on this page, or what was found
 * for `usePaletteQuery()`. Give an array that keeps its identity while nothing changes.
 */
export function useCommandGroup({ heading, items, loading = false, found = false }: CommandGroup): void {
  useEffect(() => commandGroups.add({ heading, items, loading, found }), [heading, items, loading, found]);
}

type Palette = { open: boolean; query: string };

let palette: Palette = { open: false, query: "" };
const CLOSED = palette;
const listeners = new Set<() => void>();

/** Opens or closes the palette, or takes over what was typed in it. */
export function setPalette(change: Partial<Palette>): void {
  palette = { ...palette, ...change };
  if (!palette.open) {
    palette = CLOSED;
  }
  for (const listener of listeners) {
    listener();
  }
}

export function usePalette(): Palette {
  return useSyncExternalStore(
    subscribe,
    () => palette,
    () => CLOSED,
  );
}

/** What is typed in the open palette, for those who search; null while it is closed or empty. */
export function usePaletteQuery(): string | null {
  const { open, query } = usePalette();
  return open && query.trim() !== "" ? query.trim() : null;
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
