"use client";
import { RunStatus } from "@djinnbot/contracts";
import { useEffect, useMemo, useRef, useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { useTenantEvents } from "@/trpc/use-tenant-events.ts";
import { patchPages, readNews } from "./live-list.ts";
import { listed } from "./work-time.ts";

export type RunFilter = { status: RunStatus | null; pipelineId: string | null; search: string };

const PAGE = 50;
/** Changed rows are gathered this long (ms) before they are read again. */
const GATHER_MS = 500;
/** From so many changed rows on, reading the list again is cheaper. */
const MANY = 10;

/** The filter that an address holds. */
export function readFilter(get: (name: string) => string | null): RunFilter {
  const status = RunStatus.safeParse(get("status"));
  return { status: status.success ? status.data : null, pipelineId: get("pipeline"), search: get("q") ?? "" };
}

/** Runs page by page, their rows kept up to date where they stand; new ones are counted until they are asked for. */
export function useRunList({ status, pipelineId, search }: RunFilter) {
  const utils = trpc.useUtils();
  const input = useMemo(
    () => ({
      limit: PAGE,
      ...(status === null ? {} : { status }),
      ...(pipelineId === null ? {} : { pipelineId }),
      ...(search.trim() === "" ? {} : { search: search.trim() }),
    }),
    [status, pipelineId, search],
  );
  const list = trpc.runs.list.useInfiniteQuery(input, {
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: (before) => before,
    // Events keep the rows up to date; a list that is read again by itself would jump.
    refetchOnWindowFocus: false,
  });
  const runs = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins with nothing new
  useEffect(() => setFresh(new Set()), [input]);

  const changed = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  const reread = async () => {
    timer.current = null;
    const ids = [...changed.current];
    changed.current.clear();
    if (ids.length > MANY) {
      await list.refetch();
      return;
    }
    const found = await Promise.allSettled(ids.map((runId) => utils.runs.get.fetch({ runId }, { staleTime: 0 })));
    const rows = new Map(
      found.flatMap((one) => (one.status === "fulfilled" ? [[one.value.id, listed(one.value)] as const] : [])),
    );
    utils.runs.list.setInfiniteData(input, (pages) => pages && patchPages(pages, rows, new Set()));
  };
  const showNew = async () => {
    setFresh(new Set());
    await list.refetch();
  };
  const rereadAtTop = () => (isAtTop() ? void list.refetch() : undefined);
  useTenantEvents((events) => {
    const news = readNews(events, new Set(runs.map((run) => run.id)));
    if (news.deleted.size > 0) {
      utils.runs.list.setInfiniteData(input, (pages) => pages && patchPages(pages, new Map(), news.deleted));
    }
    if (news.changed.size > 0) {
      for (const runId of news.changed) {
        changed.current.add(runId);
      }
      timer.current ??= setTimeout(() => void reread(), GATHER_MS);
    }
    if (news.stale || (news.created.size > 0 && isAtTop())) {
      void showNew();
    } else if (news.created.size > 0) {
      setFresh((before) => new Set([...before, ...news.created]));
    }
  }, rereadAtTop);
  return { list, runs, fresh: fresh.size, showNew };
}

/** Where nothing above is out of sight, a new first row moves nothing that is being read. */
function isAtTop(): boolean {
  return window.scrollY < 8 && !document.querySelector("tbody")?.contains(document.activeElement);
}
