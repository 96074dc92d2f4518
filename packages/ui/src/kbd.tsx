"use client";
import { useSyncExternalStore } from "react";
import { cn } from "./cn.ts";

const NAMES: Record<string, string> = { enter: "↵", esc: "Esc", up: "↑", down: "↓", shift: "⇧", space: "Space" };

/** Key caps of a shortcut, silent inside a button or menu item that has its own name: `mod+k` is ⌘ K on a Mac and Ctrl K elsewhere; `g r` are two keys one after the other. */
export function Kbd({ keys, className }: { keys: string; className?: string }) {
  const mac = useIsMac();
  return (
    <kbd className={cn("inline-flex items-center gap-1 font-sans text-xs text-muted", className)}>
      {keys.split(/[+ ]/).map((key, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: the same key may occur twice and the order never changes
          key={index}
          className="inline-flex min-w-5 items-center justify-center rounded-sm border border-line bg-sunken px-1 leading-4.5"
        >
          {capOf(key, mac)}
        </span>
      ))}
    </kbd>
  );
}

function capOf(key: string, mac: boolean): string {
  if (key === "mod") {
    return mac ? "⌘" : "Ctrl";
  }
  return NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

function useIsMac(): boolean {
  return useSyncExternalStore(
    neverChanges,
    () => /Mac|iPhone|iPad/.test(navigator.platform),
    () => false,
  );
}

function neverChanges() {
  return () => {};
}
