"use client";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { CardList } from "./card-list.tsx";
import { AttentionRow } from "./run-row.tsx";
import type { Home } from "./use-home.ts";

const most = 5;

/** What needs somebody: runs that wait for a person, and failures of the last week. */
export function AttentionCard({ home }: { home: Home }) {
  const { data, error, retry } = home.attention;
  return (
    <CardList
      title="Needs you"
      icon={<TriangleAlert aria-hidden />}
      what="What needs you"
      items={data?.slice(0, most)}
      error={error}
      onRetry={retry}
      keyOf={(run) => run.id}
      renderItem={(run) => <AttentionRow run={run} />}
      skeletonRows={1}
      empty={
        <span className="flex items-center gap-2">
          <CircleCheck aria-hidden className="size-4 text-ok" />
          Nothing failed in the last week, and nothing waits for you.
        </span>
      }
      all={{ href: "/runs?status=failed", label: "All failed runs" }}
    />
  );
}
