"use client";
import { useSyncExternalStore } from "react";

type Clock = { subscribe: (listener: () => void) => () => void; now: () => number };

const clocks = new Map<number, Clock>();
const STOPPED: Clock = { subscribe: () => () => {}, now: () => 0 };

/**
 * The present instant (epoch ms), renewed every `everyMs`; zero where that is null, and null while rendering on the
 * server and while hydrating, so that both give the same markup. One timer serves all readers of one rhythm, and none
 * runs without readers.
 */
export function useNow(everyMs: number | null): number | null {
  const clock = everyMs === null ? STOPPED : clockOf(everyMs);
  return useSyncExternalStore(clock.subscribe, clock.now, () => null);
}

function clockOf(everyMs: number): Clock {
  const known = clocks.get(everyMs);
  if (known) {
    return known;
  }
  const clock = createClock(everyMs);
  clocks.set(everyMs, clock);
  return clock;
}

function createClock(everyMs: number): Clock {
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | null = null;
  const listeners = new Set<() => void>();
  const tick = () => {
    now = Date.now();
    for (const listener of listeners) {
      listener();
    }
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    timer ??= setInterval(tick, everyMs);
    // A clock that stood still while nobody read it is late by up to any length.
    if (Date.now() - now > everyMs) {
      queueMicrotask(tick);
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && timer !== null) {
        clearInterval(timer);
        timer = null;
      }
    };
  };
  return { subscribe, now: () => now };
}
