"use client";
/** Live events for pages: resumed over broken connections, each once, handed over at most once per frame of the screen. */
import { createDjinnClient, type DjinnClient, type FollowOptions, toDjinnError } from "@djinnbot/client";
import { leaveWhenSignedOut } from "./client.ts";
import { reportLive } from "./live-report.ts";

/** `ended`: the run is over and everything is told. `failed`: trying again will not help, e.g. the run is gone. */
export type LiveStatus = "connecting" | "connected" | "reconnecting" | "ended" | "failed";

export interface LiveSource<E> {
  /** Events that are already there. */
  since: string;
  follow: (client: DjinnClient, options: FollowOptions) => AsyncIterable<E>;
  onEvents: (events: readonly E[]) => void;
  onStatus: (status: LiveStatus) => void;
}

/** Browsers allow six connections to a host: a page that is out of sight gives its own back after this, and resumes later. */
const hiddenMs = 20_000;

/** Follows until the answered function is called. */
export function followLive<E>(source: LiveSource<E>): () => void {
  const client = createDjinnClient({ url: window.location.origin });
  const report = reportLive();
  const batch = frameBatch(source.onEvents);
  let since = source.since;
  let current: AbortController | null = null;
  let hiding: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;

  const show = (status: LiveStatus) => {
    report(status === "ended" || status === "failed" ? null : status);
    source.onStatus(status);
  };
  const run = async (stop: AbortController) => {
    const onState = (state: "connected" | "reconnecting") => !stop.signal.aborted && show(state);
    const onPosition = (id: string) => {
      since = id;
    };
    try {
      for await (const event of source.follow(client, { since, signal: stop.signal, onState, onPosition })) {
        batch.add(event);
      }
      if (!stop.signal.aborted) {
        isOver = true;
        batch.flush();
        show("ended");
      }
    } catch (error) {
      isOver = true;
      leaveWhenSignedOut(error);
      show(toDjinnError(error).code === "UNAUTHENTICATED" ? "reconnecting" : "failed");
    }
  };
  const start = () => {
    if (current === null && !isOver) {
      current = new AbortController();
      void run(current);
    }
  };
  const pause = () => {
    current?.abort();
    current = null;
  };
  const onVisibility = () => {
    clearTimeout(hiding);
    if (document.hidden) {
      hiding = setTimeout(pause, hiddenMs);
    } else {
      start();
    }
  };
  const onOffline = () => {
    pause();
    if (!isOver) {
      show("reconnecting");
    }
  };
  // Now, not after the wait of an attempt that failed.
  const onOnline = () => {
    pause();
    start();
  };
  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("offline", onOffline);
  window.addEventListener("online", onOnline);
  show("connecting");
  start();
  return () => {
    window.removeEventListener("offline", onOffline);
    window.removeEventListener("online", onOnline);
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(hiding);
    pause();
    batch.stop();
    report(null);
  };
}

/** Collects items until the next frame; a page out of sight has no frames, so there it collects for a second. */
function frameBatch<T>(hand: (items: readonly T[]) => void) {
  let items: T[] = [];
  let cancel: (() => void) | null = null;
  const flush = () => {
    cancel?.();
    cancel = null;
    const full = items;
    items = [];
    if (full.length > 0) {
      hand(full);
    }
  };
  const plan = () => {
    const timer = document.hidden ? setTimeout(flush, 1000) : undefined;
    const frame = requestAnimationFrame(flush);
    return () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
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
