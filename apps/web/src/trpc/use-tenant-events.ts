"use client";
import type { TenantEvent } from "@djinnbot/contracts";
import { useEffect, useRef } from "react";
import { followLive } from "./live-source.ts";

interface Listener {
  onEvents: (events: readonly TenantEvent[]) => void;
  /** What happened between the page's first reading and now was told to nobody: what must not miss it is read again. */
  onConnected?: (() => void) | undefined;
}

const listeners = new Set<Listener>();
let stop: (() => void) | null = null;

/** Hears what happens in the tenant from now on, in batches, each event once. All listeners of a page share one connection. */
export function useTenantEvents(onEvents: Listener["onEvents"], onConnected?: Listener["onConnected"]): void {
  const latest = useRef<Listener>({ onEvents });
  latest.current = { onEvents, onConnected };
  useEffect(() => {
    const listener: Listener = {
      onEvents: (events) => latest.current.onEvents(events),
      onConnected: () => latest.current.onConnected?.(),
    };
    listeners.add(listener);
    stop ??= followLive<TenantEvent>({
      since: "$",
      follow: (client, options) => client.events.follow(options),
      onEvents: (events) => {
        for (const each of listeners) {
          each.onEvents(events);
        }
      },
      onStatus: (status) => {
        if (status === "connected") {
          for (const each of listeners) {
            each.onConnected?.();
          }
        }
      },
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
