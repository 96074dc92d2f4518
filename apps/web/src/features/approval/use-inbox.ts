"use client";
import type { ApprovalRequest } from "@djinnbot/contracts";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { keepPlaces } from "./keep-places.ts";
import { useApprovalsLive } from "./use-approvals.ts";

const NONE: readonly ApprovalRequest[] = [];

/** The questions of the page as they stood when it was opened; what is asked since waits for `reveal()`. */
export function useInbox(show: "open" | "all") {
  useApprovalsLive();
  const list = trpc.approvals.list.useInfiniteQuery(
    { ...(show === "open" ? { status: "pending" as const } : {}), limit: 20 },
    { getNextPageParam: (page) => page.nextCursor ?? undefined },
  );
  const [kept, setKept] = useState({ show, items: NONE });
  const before = kept.show === show ? kept.items : NONE;
  const listed = list.data?.pages.flatMap((page) => page.items) ?? NONE;
  const { shown, waiting } = keepPlaces(before, listed);
  if (shown !== kept.items) {
    setKept({ show, items: shown });
  }
  return { list, shown, waiting, listed, reveal: () => setKept({ show, items: [...waiting, ...shown] }) };
}
