"use client";
import { useQueryClient } from "@tanstack/react-query";
import { WifiOff } from "lucide-react";
import { useCallback, useSyncExternalStore } from "react";
import { useNetwork } from "./network.ts";

/** Says why nothing moves while the network is away; hangs over the page, so that its coming moves nothing. */
export function NetworkNotice() {
  const { offlineSince, heldPages } = useNetwork();
  const isWaiting = useIsPaused();
  const text = noticeText({ isOffline: offlineSince !== null, heldPages, isWaiting });
  return (
    <div role="status" className="pointer-events-none fixed inset-x-2 bottom-4 z-40 flex justify-center">
      {text === null ? null : (
        <p className="flex items-center gap-2 rounded-md border border-warn-line bg-warn-soft px-3 py-2 text-sm shadow-pop">
          <WifiOff aria-hidden className="size-4 shrink-0 text-warn" />
          {text}
        </p>
      )}
    </div>
  );
}

function noticeText(facts: { isOffline: boolean; heldPages: number; isWaiting: boolean }): string | null {
  if (facts.heldPages > 0) {
    return "Waiting for the network. The page you chose opens once it is back.";
  }
  if (facts.isOffline && facts.isWaiting) {
    return "Waiting for the network. It goes on by itself once it is back.";
  }
  return facts.isOffline ? "You are offline. What you see may be old." : null;
}

/** Whether something was asked for or changed that could not be sent yet. */
function useIsPaused(): boolean {
  const client = useQueryClient();
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = [client.getQueryCache().subscribe(listener), client.getMutationCache().subscribe(listener)];
      return () => {
        for (const stop of stops) {
          stop();
        }
      };
    },
    [client],
  );
  const read = () =>
    client.getQueryCache().findAll({ fetchStatus: "paused", type: "active" }).length > 0 ||
    client.getMutationCache().findAll({ predicate: ({ state }) => state.isPaused }).length > 0;
  return useSyncExternalStore(subscribe, read, () => false);
}
