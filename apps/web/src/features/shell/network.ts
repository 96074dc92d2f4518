"use client";
import { useSyncExternalStore } from "react";

/** What is known of the network: since when it is gone (epoch ms), and how many pages that were asked for wait for it. */
type Network = { offlineSince: number | null; heldPages: number };

const initial: Network = { offlineSince: null, heldPages: 0 };
let network = initial;
const listeners = new Set<() => void>();
/** A server that is away is asked again after this. */
const retryMs = 2000;

export function useNetwork(): Network {
  return useSyncExternalStore(
    subscribe,
    () => network,
    () => initial,
  );
}

/**
 * Notices at once when the browser loses the network, and keeps the app in place while it is gone: Next replaces the whole
 * app with the browser's error page when it cannot fetch a page, so such a request waits here instead. Once, in the shell.
 */
export function watchNetwork(): () => void {
  const onChange = () => change({ offlineSince: navigator.onLine ? null : Date.now() });
  onChange();
  window.addEventListener("offline", onChange);
  window.addEventListener("online", onChange);
  const send = window.fetch;
  window.fetch = (input, init) => (isPage(init) ? fetchPatiently(send, input, init) : send(input, init));
  return () => {
    window.removeEventListener("offline", onChange);
    window.removeEventListener("online", onChange);
    window.fetch = send;
  };
}

/** A page that a person asked for; what Next loads ahead may fail. */
function isPage(init: RequestInit | undefined): boolean {
  const headers = new Headers(init?.headers);
  return headers.has("rsc") && !headers.has("next-router-prefetch") && !headers.has("next-router-segment-prefetch");
}

async function fetchPatiently(
  send: typeof fetch,
  input: RequestInfo | URL,
  init: RequestInit | undefined,
): Promise<Response> {
  let isHeld = false;
  const hold = () => {
    if (!isHeld) {
      isHeld = true;
      change({ heldPages: network.heldPages + 1 });
    }
  };
  try {
    for (;;) {
      if (!navigator.onLine) {
        hold();
        await nextOnline();
      }
      try {
        return await send(input, init);
      } catch (error) {
        if (init?.signal?.aborted) {
          throw error;
        }
        hold();
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  } finally {
    if (isHeld) {
      change({ heldPages: network.heldPages - 1 });
    }
  }
}

function nextOnline(): Promise<void> {
  return new Promise((resolve) => window.addEventListener("online", () => resolve(), { once: true }));
}

function change(part: Partial<Network>): void {
  network = { ...network, ...part };
  for (const listener of listeners) {
    listener();
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
