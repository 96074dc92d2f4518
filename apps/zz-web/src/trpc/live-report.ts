"use client";
/** One state for the top bar, however many live connections a page has: the worst of them. */
import { type LiveState, setLiveState } from "@/features/shell/live-state.ts";

type Status = LiveState["status"];
const states = new Map<symbol, Status>();
const worstFirst: readonly Status[] = ["reconnecting", "connecting", "connected"];

/** A reporter for one connection; null takes it out. */
export function reportLive(): (status: Status | null) => void {
  const me = Symbol("connection");
  return (status) => {
    if (status === null) {
      states.delete(me);
    } else {
      states.set(me, status);
    }
    const all = new Set(states.values());
    setLiveState(worstFirst.find((each) => all.has(each)) ?? null);
  };
}
