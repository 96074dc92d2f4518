"use client";
import { TextLink } from "@djinnbot/ui";
import { History } from "lucide-react";
import { CardList } from "./card-list.tsx";
import { RunRow } from "./run-row.tsx";
import type { Home } from "./use-home.ts";

/** The latest runs, whatever became of them. */
export function RecentCard({ home }: { home: Home }) {
  const { data, error, refetch } = home.recent;
  return (
    <CardList
      title="Recent runs"
      icon={<History aria-hidden />}
      what="The recent runs"
      items={data?.items}
      error={error}
      onRetry={() => void refetch()}
      keyOf={(run) => run.id}
      renderItem={(run) => <RunRow run={run} />}
      skeletonRows={4}
      empty={
        <>
          A run carries a task through a pipeline of agents.{" "}
          <TextLink href="/runs?dialog=new">Start the first run</TextLink>.
        </>
      }
      all={{ href: "/runs", label: "All runs" }}
    />
  );
}
