"use client";
import { Activity } from "lucide-react";
import { CardList } from "./card-list.tsx";
import { RunRow } from "./run-row.tsx";
import type { Home } from "./use-home.ts";

/** What is under way, with its progress. */
export function RunningCard({ home }: { home: Home }) {
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
      skeletonRows={1}
      empty="No run is under way."
      all={{ href: "/runs?status=running", label: "All running" }}
    />
  );
}
