"use client";
import { cn, Duration } from "@djinnbot/ui";
import { LoaderCircle, Wifi, WifiOff } from "lucide-react";
import { type LiveState, useLiveState } from "./live-state.ts";
import { useNetwork } from "./network.ts";

const LOOKS = {
  connecting: { icon: LoaderCircle, word: "Connecting", classes: "text-muted", spin: true },
  connected: { icon: Wifi, word: "Live", classes: "text-ok", spin: false },
  reconnecting: { icon: WifiOff, word: "Reconnecting", classes: "text-warn", spin: false },
  offline: { icon: WifiOff, word: "Offline", classes: "text-warn", spin: false },
};

/** Whether what is shown is live, and since when it is not. */
export function LiveIndicator({ live }: { live?: LiveState | null }) {
  const held = useLiveState();
  const { offlineSince } = useNetwork();
  // The browser knows at once; a connection notices only when nothing comes.
  const state = offlineSince === null ? (live ?? held) : { status: "offline" as const, since: offlineSince };
  const look = state && LOOKS[state.status];
  return (
    <div role="status" className={cn("flex shrink-0 items-center gap-1.5 text-xs font-medium", look?.classes)}>
      {look ? (
        <>
          <look.icon aria-hidden className={cn("size-4", look.spin && "animate-spin")} />
          <span className={cn(state?.status !== "offline" && "max-sm:sr-only")}>{look.word}</span>
        </>
      ) : null}
      {state?.status === "reconnecting" || state?.status === "offline" ? (
        <span aria-hidden className="font-normal">
          since <Duration from={state.since} />
        </span>
      ) : null}
    </div>
  );
}
