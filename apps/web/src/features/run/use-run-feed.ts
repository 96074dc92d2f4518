"use client";
import { isTerminal, RunEvent, type RunStatus } from "@djinnbot/contracts";
import { useEffect, useMemo, useRef, useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { useRunEvents } from "@/trpc/use-run-events.ts";
import { foldEvents } from "./fold-events.ts";
import { type ArrivedEvent, emptyRun, type RunModel } from "./transcript-model.ts";
import { useEarlierEvents } from "./use-earlier-events.ts";

type FeedOptions = {
  /** The stored run and when it was read (epoch ms): one that changes after the end of its stream is followed again. */
  stored: { status: RunStatus; updatedAt: number; readAt: number; lastKey: string | null } | null;
  /** Hears of what came live, so that rows can be read again. */
  onFresh: (events: readonly RunEvent[]) => void;
  /** The stream said that the run is over. */
  onEnd: () => void;
};

/** What a run's events tell: first the end of the stored history (the rest on demand), then what comes, from exactly where the history ended. */
export function useRunFeed(runId: string, { stored, onFresh, onEnd }: FeedOptions) {
  const history = trpc.runs.logs.useQuery(
    { runId },
    { staleTime: Number.POSITIVE_INFINITY, gcTime: 0, refetchOnWindowFocus: false, refetchOnReconnect: false },
  );
  const past = useMemo(() => (history.data === undefined ? null : readHistory(history.data)), [history.data]);
  const [live, setLive] = useState<RunModel | null>(null);
  const first = useMemo(() => (past === null ? emptyRun : foldEvents(emptyRun, past)), [past]);
  const [epoch, setEpoch] = useState(0);

  const since = past?.findLast((event) => event.streamId !== undefined)?.streamId ?? "0";
  const gather = useGathered((events: readonly RunEvent[]) => {
    setLive((before) => foldEvents(before ?? first, events));
    onFresh(events);
  });
  const earlier = useEarlierEvents({
    runId,
    newest: history.data,
    onLoaded: (rows) => setLive((before) => foldEvents(emptyRun, [...readHistory(rows), ...(before ?? first).events])),
  });
  const connection = useRunEvents({ runId, since, epoch, enabled: past !== null, onEvent: gather });

  const model = live ?? first;
  const endedAt = useEndedAt(connection === "ended", onEnd);
  const followedFor = useRef<number | null>(null);
  useEffect(() => {
    if (endedAt === null || stored === null || stored.readAt <= endedAt) {
      return;
    }
    // A restart may be over again before its row is read, so the state alone does not tell; each state of the row is tried once.
    const untold = stored.lastKey !== null && !(stored.lastKey in model.attempts);
    if ((untold || !isTerminal(stored.status)) && followedFor.current !== stored.updatedAt) {
      followedFor.current = stored.updatedAt;
      setEpoch((before) => before + 1);
    }
  }, [endedAt, stored, model.attempts]);
  return { model, history, earlier, connection };
}

/** Hands over at once what is told within one frame: each hand-over copies what it adds to. */
function useGathered<E>(onBatch: (batch: readonly E[]) => void): (item: E) => void {
  const waiting = useRef<E[]>([]);
  return (item) => {
    waiting.current.push(item);
    if (waiting.current.length === 1) {
      queueMicrotask(() => onBatch(waiting.current.splice(0)));
    }
  };
}

function useEndedAt(ended: boolean, onEnd: () => void): number | null {
  const [endedAt, setEndedAt] = useState<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once for each end
  useEffect(() => {
    setEndedAt(ended ? Date.now() : null);
    if (ended) {
      onEnd();
    }
  }, [ended]);
  return endedAt;
}

/** What a workload wrote may be anything: only what is an event counts. */
function readHistory(rows: readonly Record<string, unknown>[]): ArrivedEvent[] {
  return rows.flatMap((row) => {
    const parsed = RunEvent.safeParse(row);
    const streamId = typeof row.streamId === "string" ? row.streamId : undefined;
    return parsed.success ? [{ ...parsed.data, ...(streamId === undefined ? {} : { streamId }) }] : [];
  });
}
