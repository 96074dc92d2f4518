"use client";
import { Activity } from "lucide-react";
import { CardList } from "./card-list.tsx";
import { RunRow } from "./run-row.tsx";
import type { Home } from "./use-home.ts";

/** What is under way, with its progress. */
export function RunningCard({ home, expected }: { home: Home; expected: number }) {
  const { data, total, error, retry } = home.running;
  return (
    <CardList
      title="Running now"
      icon={<Activity aria-hidden />}
      what="The running runs"
      items={data}
      total={total}
      error={error}
      onRetry={retry}
      keyOf={(run) => run.id}
      renderItem={(run) => <RunRow run={run} />}
      skeletonRows={Math.max(1, expected)}
      skeletonRowClass={expected === 0 ? "h-11" : "h-18"}
      empty="No run is under way."
      all={{ href: "/runs?status=running", label: "All running" }}
    />
  );
}
