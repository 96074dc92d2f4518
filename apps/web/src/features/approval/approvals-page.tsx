"use client";
import { Button, Card, EmptyState, Page, PageHeader, SegmentedControl, SkeletonText } from "@djinnbot/ui";
import { Inbox } from "lucide-react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { useUrlState } from "@/features/run/use-url-state.ts";
import { trpc } from "@/trpc/client.ts";
import { ApprovalCard } from "./approval-card.tsx";
import { useApprovalsLive } from "./use-approvals.ts";

const SHOW = [
  { value: "open", label: "Open" },
  { value: "all", label: "All" },
] as const;

/** Questions at which runs wait, newest first. */
export function ApprovalsPage() {
  const url = useUrlState();
  useApprovalsLive();
  const show = url.get("show") === "all" ? "all" : "open";
  const list = trpc.approvals.list.useInfiniteQuery(
    { ...(show === "open" ? { status: "pending" as const } : {}), limit: 20 },
    { getNextPageParam: (page) => page.nextCursor ?? undefined },
  );
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page>
      <PageHeader
        title="Approvals"
        actions={
          <SegmentedControl
            label="Which questions"
            value={show}
            onValueChange={(value) => url.set({ show: value === "all" ? "all" : null })}
            options={SHOW}
          />
        }
      />
      {list.isError ? (
        <FaultState title="The questions could not be loaded" error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.isPending ? (
        <Card className="p-4" aria-busy>
          <SkeletonText lines={5} />
        </Card>
      ) : null}
      {list.isSuccess && items.length === 0 ? (
        <Card>
          <EmptyState
            icon={<Inbox aria-hidden />}
            title={show === "open" ? "Nobody waits for you" : "No questions yet"}
          >
            A pipeline asks with a step that has an approval block. Its run waits here, without a place or a workload,
            until somebody decides.
          </EmptyState>
        </Card>
      ) : null}
      <ul className="flex flex-col gap-4">
        {items.map((approval) => (
          <li key={approval.id}>
            <ApprovalCard approval={approval} />
          </li>
        ))}
      </ul>
      {list.hasNextPage ? (
        <Button className="self-center" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Load more
        </Button>
      ) : null}
    </Page>
  );
}
