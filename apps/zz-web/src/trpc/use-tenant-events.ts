"use client";
import type { TenantEvent } from "@djinnbot/contracts";
import { useEffect, useRef } from "react";
import { followLive } from "./live-source.ts";

type Listener = (events: readonly TenantEvent[]) => void;

const listeners = new Set<Listener>();
let stop: (() => void) | null = null;

/** Hears what happens in the tenant from now on, in batches, each event once. All listeners of a page share one connection. */
export function useTenantEvents(onEvents: Listener): void {
  const latest = useRef(onEvents);
  latest.current = onEvents;
  useEffect(() => {
    const listener: Listener = (events) => latest.current(events);
    listeners.add(listener);
    stop ??= followLive<TenantEvent>({
      since: "$",
      follow: (client, options) => client.events.follow(options),
      onEvents: (events) => {
        for (const each of listeners) {
          each(events);
        }
      },
      onStatus: () => undefined,
    });
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) {
        stop?.();
        stop = null;
      }
    };
  }, []);
}
