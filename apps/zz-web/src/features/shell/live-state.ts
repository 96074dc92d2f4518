"use client";
import { useSyncExternalStore } from "react";

/** State of the live connection; `since` (epoch ms) is when it began. */
export type LiveState = { status: "connecting" | "connected" | "reconnecting"; since: number };

let state: LiveState | null = null;
const listeners = new Set<() => void>();

/** Called by whoever holds the event stream; null when the page has none. */
export function setLiveState(status: LiveState["status"] | null): void {
  if ((state?.status ?? null) === status) {
    return;
  }
  state = status === null ? null : { status, since: Date.now() };
  for (const listener of listeners) {
    listener();
  }
}

/** The state of the live connection, or null where nothing is live. */
export function useLiveState(): LiveState | null {
  return useSyncExternalStore(
    subscribe,
    () => state,
    () => null,
  );
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
