"use client";
/** Live events in pages: resumed over broken connections, each once, handed over at most once per frame of the screen. */
import { createDjinnClient, type DjinnError, type FollowOptions, toDjinnError } from "@djinnbot/client";
import type { RunEvent, TenantEvent } from "@djinnbot/contracts";
import { useEffect, useEffectEvent, useState } from "react";
import { setLiveState } from "@/features/shell/live-state.ts";
import { setSessionEnded } from "./session-ended.tsx";

/** `ended`: the run is over and everything is told. `failed`: trying again will not help, e.g. the run is gone. */
export type LiveStatus = "connecting" | "connected" | "reconnecting" | "ended" | "failed";
export interface Live {
  status: LiveStatus;
  error: DjinnError | null;
}

/**
 * Follows a run from `since` (default: its beginning) and hands its events over in batches, in order. Starts anew for another run, or
 * when `epoch` changes (a restarted run speaks again).
 */
export function useRunEvents(
  runId: string,
  onEvents: (events: readonly RunEvent[]) => void,
  options: { since?: string; epoch?: number; enabled?: boolean } = {},
): Live {
  const { since = "0", epoch = 0, enabled = true } = options;
  const follow = (from: FollowOptions) => client().runs.follow(runId, { ...from, since });
  return useFollow(enabled ? `${runId} ${epoch}` : null, follow, onEvents);
}

/** Follows what happens in the tenant from now on. Events that were missed while the page slept are told on return. */
export function useTenantEvents(onEvents: (events: readonly TenantEvent[]) => void): Live {
  return useFollow("tenant", (from) => client().events.follow(from), onEvents);
}

const client = () => createDjinnClient({ url: window.location.origin });

function useFollow<E>(
  key: string | null,
  follow: (options: FollowOptions) => AsyncIterable<E>,
  onEvents: (events: readonly E[]) => void,
): Live {
  const [live, setLive] = useState<Live>({ status: "connecting", error: null });
  const start = useEffectEvent(follow);
  const hand = useEffectEvent(onEvents);
  useEffect(() => {
    if (key === null) {
      return;
    }
    const stop = new AbortController();
    const batch = frameBatch<E>((events) => hand(events));
    const show = (status: LiveStatus, error: DjinnError | null = null) => {
      if (!stop.signal.aborted) {
        setLive({ status, error });
        setLiveState(status === "ended" || status === "failed" ? null : status);
      }
    };
    show("connecting");
    void (async () => {
      try {
        for await (const event of start({ signal: stop.signal, onState: show })) {
          batch.add(event);
        }
        batch.flush();
        show("ended");
      } catch (error) {
        const known = toDjinnError(error);
        setSessionEnded(known.code === "UNAUTHENTICATED");
        show("failed", known);
      }
    })();
    return () => {
      stop.abort();
      batch.stop();
      setLiveState(null);
    };
  }, [key]);
  return live;
}

/** Collects items until the next frame; a page in the background has none, so it collects for a second there. */
function frameBatch<T>(hand: (items: T[]) => void) {
  let items: T[] = [];
  let cancel: (() => void) | null = null;
  const flush = () => {
    cancel?.();
    cancel = null;
    if (items.length > 0) {
      const full = items;
      items = [];
      hand(full);
    }
  };
  const plan = () => {
    if (document.hidden) {
      const timer = setTimeout(flush, 1000);
      return () => clearTimeout(timer);
    }
    const frame = requestAnimationFrame(flush);
    return () => cancelAnimationFrame(frame);
  };
  return {
    add: (item: T) => {
      items.push(item);
      cancel ??= plan();
    },
    flush,
    stop: () => cancel?.(),
  };
}
