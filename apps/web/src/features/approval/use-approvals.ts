"use client";
import type { TenantEvent } from "@djinnbot/contracts";
import { trpc } from "@/trpc/client.ts";
import { useTenantEvents } from "@/trpc/use-tenant-events.ts";

const CHANGES: ReadonlySet<TenantEvent["type"]> = new Set([
  "APPROVAL_REQUESTED",
  "APPROVAL_DECIDED",
  "RUN_CANCELLED",
  "RUN_DELETED",
]);

/** Questions are read again when one is asked or answered, wherever that happens. */
export function useApprovalsLive(): void {
  const utils = trpc.useUtils();
  // A first answer that is still on its way may have been read before the question was asked: it would count as fresh.
  const { list, count } = utils.approvals;
  const reread = () => void Promise.all([list.cancel(), count.cancel()]).then(() => utils.approvals.invalidate());
  useTenantEvents((events) => (events.some((event) => CHANGES.has(event.type)) ? reread() : undefined), reread);
}

/** How many questions wait for this viewer's answer; 0 until it is known. */
export function useOpenQuestions(): number {
  useApprovalsLive();
  return trpc.approvals.count.useQuery({}).data?.mine ?? 0;
}
