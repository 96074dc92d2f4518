"use client";
import { RunEvent } from "@djinnbot/contracts";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { useRunEvents } from "@/trpc/use-run-events.ts";
import { foldEvents } from "./fold-events.ts";
import { type ArrivedEvent, emptyRun, type RunModel } from "./transcript-model.ts";

/** How long what arrives is gathered before it is shown, in ms: some frames, far below what an eye calls late. */
const GATHER_MS = 60;

/**
 * Everything a run's events tell: first the stored history, then what comes, from exactly where the history ended.
 * `onFresh` hears of what came live, so that rows can be read again.
 */
export function useRunFeed(runId: string, onFresh: (events: readonly ArrivedEvent[]) => void) {
  const history = trpc.runs.logs.useQuery({ runId }, { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 });
  const [model, setModel] = useState<RunModel>(emptyRun);
  const waiting = useRef<ArrivedEvent[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const heard = useRef(onFresh);
  heard.current = onFresh;

  const past = useMemo(() => (history.data === undefined ? null : readHistory(history.data)), [history.data]);
  useEffect(() => {
    if (past !== null) {
      setModel((before) => foldEvents(before, past));
    }
  }, [past]);

  const flush = useCallback(() => {
    timer.current = null;
    const batch = waiting.current.splice(0);
    setModel((before) => foldEvents(before, batch));
    heard.current(batch);
  }, []);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  const onEvent = useCallback(
    (event: RunEvent) => {
      waiting.current.push(event);
      timer.current ??= setTimeout(flush, GATHER_MS);
    },
    [flush],
  );

  const since = past === null ? null : (past.findLast((event) => event.streamId !== undefined)?.streamId ?? "0");
  useRunEvents({ runId, since: since ?? "0", enabled: since !== null, onEvent });
  return { model, history };
}

/** What a workload wrote may be anything: only what is an event counts. */
function readHistory(rows: readonly Record<string, unknown>[]): ArrivedEvent[] {
  return rows.flatMap((row) => {
    const parsed = RunEvent.safeParse(row);
    const streamId = typeof row.streamId === "string" ? row.streamId : undefined;
    return parsed.success ? [{ ...parsed.data, streamId }] : [];
  });
}
