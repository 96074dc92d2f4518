"use client";
import { trpc } from "@/trpc/client.ts";
import { ApprovalCard } from "./approval-card.tsx";
import { useApprovalsLive } from "./use-approvals.ts";

/** What a waiting run asks, on its own page. */
export function RunApproval({ runId }: { runId: string }) {
  useApprovalsLive();
  const { data } = trpc.approvals.list.useQuery({ runId, status: "pending", limit: 5 });
  return data?.items.map((approval) => <ApprovalCard key={approval.id} approval={approval} inRun />) ?? null;
}
