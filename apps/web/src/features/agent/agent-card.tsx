"use client";
import type { Agent, agents, OutputOf } from "@djinnbot/contracts";
import { AppLink, Avatar, Badge, Card, RelativeTime, StatusBadge, Switch } from "@djinnbot/ui";
import { Cpu } from "lucide-react";
import { useSetActive } from "./use-set-active.ts";

export type Activity = OutputOf<typeof agents.status>["agents"][number];

/** One agent of the grid: who, with which model, doing what; the switch takes effect at once. */
export function AgentCard({ agent, activity }: { agent: Agent; activity: Activity | undefined }) {
  const setActive = useSetActive(agent);
  const isActive = agent.status === "active";
  return (
    <Card className="relative h-full gap-3 p-4 transition-colors focus-within:border-line-control hover:border-line-control">
      <div className="flex items-start gap-3">
        <Avatar name={agent.name} emoji={agent.emoji} size="lg" className={isActive ? "" : "opacity-55"} />
        <div className="min-w-0 flex-1">
          <h2 className="line-clamp-2 text-sm font-semibold wrap-anywhere" title={agent.name}>
            <AppLink href={`/agents/${agent.slug}`} data-row className="after:absolute after:inset-0 after:rounded-lg">
              {agent.name}
            </AppLink>
          </h2>
          <p className="line-clamp-2 text-sm text-muted wrap-anywhere">{agent.role ?? "No role"}</p>
          <p className="truncate font-mono text-xs text-faint">{agent.slug}</p>
        </div>
        <Switch
          aria-label={`${agent.name} takes work`}
          checked={isActive}
          onCheckedChange={setActive}
          className="relative z-10"
        />
      </div>
      <p className="line-clamp-2 flex-1 text-sm text-muted wrap-anywhere">{agent.description || "No description."}</p>
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1.5">
        <Badge icon={<Cpu aria-hidden />} className="min-w-0 shrink">
          {agent.model ?? "Default model"}
        </Badge>
        {isActive ? <NowLine activity={activity} /> : <span className="text-xs text-muted">Switched off</span>}
      </div>
    </Card>
  );
}

/** What an agent does just now, in one line. */
export function NowLine({ activity }: { activity: Activity | undefined }) {
  if (activity === undefined) {
    return null;
  }
  const { currentWork, queueLength, state, lastActive } = activity;
  return (
    <span className="flex min-w-0 items-center gap-2 text-xs text-muted">
      <StatusBadge status={state} variant="plain" className="text-xs" />
      {currentWork ? <span className="truncate">on {currentWork.step}</span> : null}
      {!currentWork && lastActive !== null ? <RelativeTime at={lastActive} /> : null}
      {queueLength > 0 ? <span>{queueLength} queued</span> : null}
    </span>
  );
}
