"use client";
import type { RunEvent } from "@djinnbot/contracts";
import { useEffect, useRef, useState } from "react";
import { followLive, type LiveStatus } from "./live-source.ts";

export interface RunEventsOptions {
  runId: string;
  /** `0` (default) = from the beginning, `$` = only what is new, or the stream id of the last event that is known. */
  since?: string;
  /** False until it is known from where to follow. */
  enabled?: boolean;
  /** Another value starts anew: a restarted run speaks again after its end. */
  epoch?: number;
  /** Each event once and in order; several come within one frame of the screen. */
  onEvent: (event: RunEvent) => void;
}

/** Follows a run until it is over or the page goes. */
export function useRunEvents({ runId, since = "0", enabled = true, epoch = 0, onEvent }: RunEventsOptions): LiveStatus {
  const [status, setStatus] = useState<LiveStatus>("connecting");
  const latest = useRef({ onEvent, since });
  latest.current = { onEvent, since };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `epoch` only says that it starts anew
  useEffect(() => {
    if (!enabled) {
      return;
    }
    return followLive<RunEvent>({
      since: latest.current.since,
      follow: (client, options) => client.runs.follow(runId, options),
      onEvents: (events) => {
        for (const event of events) {
          latest.current.onEvent(event);
        }
      },
      onStatus: setStatus,
    });
  }, [runId, enabled, epoch]);
  return status;
}
