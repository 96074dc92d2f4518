"use client";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";

/** As many as one answer holds at most. */
const PAGE = 20_000;

type Rows = readonly Record<string, unknown>[];

/** The end of a run's history is loaded first; this loads what came before it, page by page. */
export function useEarlierEvents({ runId, newest, onLoaded }: EarlierArgs) {
  const utils = trpc.useUtils();
  const [oldest, setOldest] = useState<Rows | null>(null);
  const [state, setState] = useState<{ loading: boolean; error: unknown }>({ loading: false, error: null });
  const page = oldest ?? newest ?? [];
  const before = page[0]?.streamId;
  const load = async () => {
    if (typeof before !== "string" || state.loading) {
      return;
    }
    setState({ loading: true, error: null });
    try {
      const rows = await utils.runs.logs.fetch({ runId, before, limit: PAGE }, { staleTime: 0, gcTime: 0 });
      setOldest(rows);
      onLoaded(rows);
      setState({ loading: false, error: null });
    } catch (error) {
      setState({ loading: false, error });
    }
  };
  return { ...state, more: page.length >= PAGE, load };
}

type EarlierArgs = { runId: string; newest: Rows | undefined; onLoaded: (rows: Rows) => void };
export type EarlierEvents = ReturnType<typeof useEarlierEvents>;
