"use client";
import { TextLink } from "@djinnbot/ui";
import { History } from "lucide-react";
import { CardList } from "./card-list.tsx";
import { RunRow } from "./run-row.tsx";
import { latestEnded } from "./runs-now.ts";
import type { Home } from "./use-home.ts";

/** The latest runs that ended, however they did. */
export function RecentCard({ home }: { home: Home }) {
  const { data, error, refetch } = home.recent;
  return (
    <CardList
      title="Recent runs"
      icon={<History aria-hidden />}
      what="The recent runs"
      items={data && latestEnded(data.items, 8)}
      error={error}
      onRetry={() => void refetch()}
      keyOf={(run) => run.id}
      renderItem={(run) => <RunRow run={run} />}
      skeletonRows={8}
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
