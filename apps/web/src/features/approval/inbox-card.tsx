"use client";
import { toDjinnError } from "@djinnbot/client";
import type { ApprovalRequest } from "@djinnbot/contracts";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { ApprovalCard } from "./approval-card.tsx";

type InboxCardProps = {
  approval: ApprovalRequest;
  /** Whether the list still holds it; else it was answered, here or elsewhere, or its run is gone. */
  isListed: boolean;
};

/** A question in the inbox. Answered, it stays where it is and says how. */
export function InboxCard({ approval, isListed }: InboxCardProps) {
  const [mine, setMine] = useState(false);
  const utils = trpc.useUtils();
  const { data, error } = trpc.approvals.get.useQuery({ approvalId: approval.id }, { enabled: !isListed });
  const answered = data !== undefined && data.status !== "pending" ? data : null;
  const isGone = error !== null && toDjinnError(error).code === "NOT_FOUND";
  return (
    <ApprovalCard
      approval={answered ?? (isGone ? { ...approval, status: "cancelled" } : approval)}
      mine={mine}
      onDecided={(decided) => {
        utils.approvals.get.setData({ approvalId: decided.id }, decided);
        setMine(true);
      }}
    />
  );
}
