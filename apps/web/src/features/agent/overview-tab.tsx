"use client";
import type { AgentDetail } from "@djinnbot/contracts";
import {
  Card,
  CardBody,
  CardHeader,
  DescriptionList,
  formatDuration,
  Money,
  RelativeTime,
  Skeleton,
  StatusBadge,
  TextLink,
  TokenCount,
} from "@djinnbot/ui";
import { Activity, Coins, History } from "lucide-react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { CardList } from "../home/card-list.tsx";
import { RunRow } from "../home/run-row.tsx";
import { thinkingOptions } from "../settings/thinking-options.ts";

/** What the agent is doing, what it did last, and what it cost. */
export function OverviewTab({ agent }: { agent: AgentDetail }) {
  const runs = trpc.runs.list.useQuery({ agentId: agent.slug, limit: 10 }, { refetchInterval: 30_000 });
  return (
    <div className="grid min-w-0 items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <CardList
        title="Recent runs"
        icon={<History aria-hidden />}
        what="The runs of this agent"
        items={runs.data?.items}
        error={runs.error}
        onRetry={() => void runs.refetch()}
        keyOf={(run) => run.id}
        renderItem={(run) => <RunRow run={run} />}
        skeletonRows={4}
        empty={
          <>
            {agent.name} has not worked yet. <TextLink href="/runs?dialog=new">Start a run</TextLink> of a pipeline that
            calls <code className="font-mono text-xs">{agent.slug}</code>.
          </>
        }
      />
      <div className="flex min-w-0 flex-col gap-4 max-lg:order-first">
        <NowCard agent={agent} />
        <CostCard agent={agent} />
      </div>
    </div>
  );
}

function NowCard({ agent }: { agent: AgentDetail }) {
  const status = trpc.agents.status.useQuery({}, { refetchInterval: 30_000 });
  const activity = status.data?.agents.find((candidate) => candidate.id === agent.id);
  const work = activity?.currentWork;
  const model = agent.model ? <code className="font-mono text-xs">{agent.model}</code> : "The team's default";
  return (
    <Card>
      <CardHeader icon={<Activity aria-hidden />} title="Now" />
      <CardBody className="flex flex-col gap-3">
        {activity ? (
          <div className="flex flex-wrap items-center gap-2 text-sm">
            <StatusBadge status={agent.status === "disabled" ? "paused" : activity.state} />
            {work ? (
              <span>
                on <TextLink href={`/runs/${work.runId}`}>{work.step}</TextLink>
              </span>
            ) : null}
            {activity.queueLength > 0 ? <span className="text-muted">{activity.queueLength} queued</span> : null}
          </div>
        ) : status.error ? (
          <FaultState
            compact
            title="Its state could not be loaded"
            error={status.error}
            onRetry={() => void status.refetch()}
          />
        ) : (
          <Skeleton className="h-5 w-24" />
        )}
        {agent.description === "" ? null : <p className="line-clamp-6 text-sm wrap-anywhere">{agent.description}</p>}
        <DescriptionList
          columns={2}
          items={[
            { label: "Model", value: model },
            { label: "Thinking", value: thinkingOptions.find(({ value }) => value === agent.thinkingLevel)?.label },
            { label: "Last active", value: <RelativeTime at={activity?.lastActive} fallback="Not yet" /> },
            { label: "Changed", value: <RelativeTime at={agent.updatedAt} /> },
          ]}
        />
      </CardBody>
    </Card>
  );
}

function CostCard({ agent }: { agent: AgentDetail }) {
  const calls = trpc.llmCalls.list.useQuery({ agentId: agent.id, limit: 1 });
  const sums = calls.data?.summary;
  return (
    <Card>
      <CardHeader icon={<Coins aria-hidden />} title="Cost so far" />
      <CardBody>
        {sums ? (
          <DescriptionList
            columns={2}
            items={[
              { label: "Spent", value: <Money micros={Math.round(sums.totalCost * 1_000_000)} /> },
              { label: "Model calls", value: sums.callCount.toLocaleString("en-US") },
              { label: "Tokens in", value: <TokenCount value={sums.totalInputTokens} /> },
              { label: "Tokens out", value: <TokenCount value={sums.totalOutputTokens} /> },
              { label: "Average answer", value: sums.callCount === 0 ? "–" : formatDuration(sums.avgDurationMs) },
            ]}
          />
        ) : calls.error ? (
          <FaultState
            compact
            title="The cost could not be loaded"
            error={calls.error}
            onRetry={() => void calls.refetch()}
          />
        ) : (
          <div role="status" aria-label="Loading" className="grid grid-cols-2 gap-3">
            {[0, 1, 2, 3].map((cell) => (
              <Skeleton key={cell} className="h-8" />
            ))}
          </div>
        )}
      </CardBody>
    </Card>
  );
}
