"use client";
import { useEffect, useMemo } from "react";
import { trpc } from "@/trpc/client.ts";

/** Every agent of the team, page after page without being asked: a filter must not miss the two-hundred-and-first. */
export function useAllAgents() {
  const list = trpc.agents.list.useInfiniteQuery({}, { getNextPageParam: (page) => page.nextCursor ?? undefined });
  const { hasNextPage, isFetching, isError, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items), [list.data]);
  return { items, complete: !hasNextPage, error: list.error, retry: () => void list.refetch() };
}
