"use client";
import { type RefObject, useEffect, useRef, useSyncExternalStore } from "react";
import { createKeyMatcher } from "./key-matcher.ts";
import { createRegistry } from "./registry.ts";

export type Shortcut = { keys: string; label: string; group: string; run: () => void };

export const shortcuts = createRegistry<Shortcut>();

/**
 * Binds keys while mounted and lists them in the `?` overlay: one key (`c`), two in a row (`g r`), or with the command
 * key (`mod+k`, the only kind that also works while typing).
 */
export function useShortcut({ keys, label, group, run }: Shortcut, enabled = true): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (enabled) {
      return shortcuts.add({ keys, label, group, run: () => latest.current() });
    }
  }, [keys, label, group, enabled]);
}

/** Listens for every registered shortcut; once, in the shell. */
export function useShortcutListener(): void {
  const singleKeys = useSingleKeys();
  useEffect(() => {
    const matcher = createKeyMatcher();
    const onKeyDown = (event: KeyboardEvent) => {
      const plain = singleKeys && !isTyping(event) && !isModalOpen();
      const hit = matcher.press({ event, entries: shortcuts.entries(), plain, at: Date.now() });
      if (hit) {
        event.preventDefault();
        hit.run();
      }
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [singleKeys]);
}

/** `j` and `k` move the focus through the rows of a list (elements with `tabindex` marked `data-row`, or table rows). */
export function useRowKeys(list: RefObject<HTMLElement | null>): void {
  const move = (direction: 1 | -1) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-row], tbody tr[tabindex]") ?? [])];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next =
      at === -1 ? (direction === 1 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + direction));
    rows[next]?.focus();
  };
  useShortcut({ keys: "j", label: "Next row", group: "Lists", run: () => move(1) });
  useShortcut({ keys: "k", label: "Previous row", group: "Lists", run: () => move(-1) });
}

/** `/` puts the cursor into the filter of a list. */
export function useFilterKey(input: RefObject<HTMLInputElement | null>): void {
  useShortcut({ keys: "/", label: "Filter the list", group: "Lists", run: () => input.current?.select() });
}

const STORAGE_KEY = "djinn_single_keys";
const listeners = new Set<() => void>();

/** Whether keys without the command key act; a person may switch them off. */
export function useSingleKeys(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => localStorage.getItem(STORAGE_KEY) !== "off",
    () => true,
  );
}

/** Switches shortcuts of single keys on or off, for this browser. */
export function setSingleKeys(on: boolean): void {
  localStorage.setItem(STORAGE_KEY, on ? "on" : "off");
  for (const listener of listeners) {
    listener();
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest("input, textarea, select, [role='combobox'], [role='textbox'], [role='menu']") !== null)
  );
}

/** Radix locks scrolling exactly while a modal dialog, menu or list box is open. */
function isModalOpen(): boolean {
  return document.body.hasAttribute("data-scroll-locked");
}
