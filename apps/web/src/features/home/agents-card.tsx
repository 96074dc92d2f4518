"use client";
import { AppLink, Avatar, StatusBadge, TextLink } from "@djinnbot/ui";
import { Bot } from "lucide-react";
import { trpc } from "@/trpc/client.ts";
import { CardList } from "./card-list.tsx";
import { busyAndSomeIdle } from "./runs-now.ts";

/** At most so many agents that do nothing; the others stand on their own page. */
const mostIdle = 5;

/** Who works now, and a few of those who do not. */
export function AgentsCard() {
  const { data, error, refetch } = trpc.agents.status.useQuery({}, { refetchInterval: 30_000 });
  const total = data?.summary.total ?? 0;
  return (
    <CardList
      title="Agents"
      icon={<Bot aria-hidden />}
      what="The agents"
      items={data && busyAndSomeIdle(data.agents, mostIdle)}
      error={error}
      onRetry={() => void refetch()}
      keyOf={(agent) => agent.id}
      renderItem={(agent) => (
        <AppLink
          href={agent.currentWork ? `/runs/${agent.currentWork.runId}` : `/agents/${agent.slug}`}
          data-row
          data-focus="inset"
          className="flex items-center gap-3 px-4 py-2 text-sm transition-colors hover:bg-hover/60"
        >
          <Avatar name={agent.name} emoji={agent.emoji} />
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium">{agent.name}</span>
            <span className="block truncate text-xs text-muted">
              {agent.currentWork ? `on ${agent.currentWork.step}` : (agent.role ?? "No role")}
              {agent.queueLength > 0 ? ` · ${agent.queueLength} queued` : ""}
            </span>
          </span>
          <StatusBadge status={agent.state} variant="plain" className="shrink-0" />
        </AppLink>
      )}
      skeletonRows={mostIdle}
      skeletonRowClass="h-13"
      empty={
        <>
          Agents do the work of your runs.{" "}
          <TextLink href="/agents?dialog=clone">Clone some from the catalogue</TextLink>.
        </>
      }
      all={{ href: "/agents", label: total > mostIdle ? `All ${total.toLocaleString("en-US")} agents` : "All agents" }}
    />
  );
}
