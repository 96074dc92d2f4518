"use client";
import {
  Button,
  Card,
  CodeText,
  EmptyState,
  Page,
  PageHeader,
  plural,
  SegmentedControl,
  SkeletonText,
} from "@djinnbot/ui";
import { ArrowUp, Inbox } from "lucide-react";
import Link from "next/link";
import { FaultState } from "@/features/form/fault-state.tsx";
import { useUrlState } from "@/features/run/use-url-state.ts";
import { InboxCard } from "./inbox-card.tsx";
import { useInbox } from "./use-inbox.ts";

const SHOW = [
  { value: "open", label: "Open" },
  { value: "all", label: "All" },
] as const;
type Show = (typeof SHOW)[number]["value"];

/** Questions at which runs wait, newest first. */
export function ApprovalsPage() {
  const url = useUrlState();
  const show = url.get("show") === "all" ? "all" : "open";
  const { list, shown, waiting, listed, reveal } = useInbox(show);
  const stillListed = new Set(listed.map((approval) => approval.id));
  return (
    <Page>
      <PageHeader
        title="Approvals"
        actions={
          <>
            <span role="status">
              {waiting.length === 0 ? null : (
                <Button icon={<ArrowUp aria-hidden />} onClick={reveal}>
                  {plural(waiting.length, "new question")}
                </Button>
              )}
            </span>
            <SegmentedControl
              label="Which questions"
              value={show}
              onValueChange={(value) => url.set({ show: value === "all" ? "all" : null })}
              options={SHOW}
            />
          </>
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
      {list.isSuccess && shown.length === 0 ? <NoQuestions show={show} /> : null}
      <ul className="flex flex-col gap-4">
        {shown.map((approval) => (
          <li key={approval.id}>
            <InboxCard approval={approval} isListed={stillListed.has(approval.id)} />
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

function NoQuestions({ show }: { show: Show }) {
  return (
    <Card>
      <EmptyState
        icon={<Inbox aria-hidden />}
        title={show === "open" ? "Nothing waits for a decision" : "No questions yet"}
        action={
          <Button asChild>
            <Link href="/pipelines">Open pipelines</Link>
          </Button>
        }
      >
        A run that comes to a step with an <CodeText text="approval" copyable={false} /> block stops and asks here. Give
        a pipeline such a step where a person should have the last word.
      </EmptyState>
    </Card>
  );
}
