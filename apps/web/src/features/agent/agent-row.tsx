"use client";
import type { Agent } from "@djinnbot/contracts";
import { AppLink, Avatar, Switch } from "@djinnbot/ui";
import { type Activity, NowLine } from "./agent-card.tsx";
import { useSetActive } from "./use-set-active.ts";

/** One agent of the compact list. */
export function AgentRow({ agent, activity }: { agent: Agent; activity: Activity | undefined }) {
  const setActive = useSetActive(agent);
  const isActive = agent.status === "active";
  return (
    <li className="flex items-center gap-3 px-3 py-1.5 text-sm transition-colors hover:bg-hover/60">
      <AppLink
        href={`/agents/${agent.slug}`}
        data-row
        data-focus="inset"
        className="flex min-w-0 flex-1 items-center gap-3"
      >
        <Avatar name={agent.name} emoji={agent.emoji} size="sm" className={isActive ? "" : "opacity-55"} />
        <span className="min-w-0 flex-1 truncate font-medium" title={agent.name}>
          {agent.name}
        </span>
        <span className="min-w-0 flex-1 truncate text-muted max-md:hidden">{agent.role ?? "No role"}</span>
        <span className="w-44 truncate font-mono text-xs text-muted max-lg:hidden">
          {agent.model ?? "Default model"}
        </span>
        <span className="w-40 max-sm:hidden">
          {isActive ? <NowLine activity={activity} /> : <span className="text-xs text-muted">Switched off</span>}
        </span>
      </AppLink>
      <Switch aria-label={`${agent.name} takes work`} checked={isActive} onCheckedChange={setActive} />
    </li>
  );
}
