"use client";
/** What a page shows when the sign-in ended under it: a way to sign in again, with everything typed left as it is. */
import { Banner, Button } from "@djinnbot/ui";
import { usePathname } from "next/navigation";
import { useSyncExternalStore } from "react";

let hasEnded = false;
const listeners = new Set<() => void>();

/** Called by the data layer with what the server said last. */
export function setSessionEnded(ended: boolean): void {
  if (hasEnded !== ended) {
    hasEnded = ended;
    for (const listener of listeners) {
      listener();
    }
  }
}

/** Stands above the page; empty while the sign-in counts. The sign-in opens beside the page, which asks again when it is back in view. */
export function SessionEndedBanner() {
  const ended = useSyncExternalStore(
    subscribe,
    () => hasEnded,
    () => false,
  );
  const path = usePathname();
  if (!ended) {
    return null;
  }
  return (
    <Banner
      tone="warn"
      title="You are signed out."
      action={
        <Button asChild size="sm">
          <a href={`/sign-in?next=${encodeURIComponent(path)}`} target="_blank" rel="noreferrer">
            Sign in
          </a>
        </Button>
      }
    >
      Sign in in a new tab and come back: what you typed here is kept.
    </Banner>
  );
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
