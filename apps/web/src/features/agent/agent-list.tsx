"use client";
import { AppLink, Button, EmptyState } from "@djinnbot/ui";
import { Bot, CopyPlus } from "lucide-react";
import { useRef, useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { useUrlParams } from "../form/url-param.ts";
import { useRowKeys } from "../shell/shortcuts.ts";
import { AgentCard } from "./agent-card.tsx";
import { AgentFilters } from "./agent-filters.tsx";
import { AgentRow } from "./agent-row.tsx";
import { AgentCardsSkeleton } from "./agent-skeleton.tsx";
import { readAgentFilter, selectAgents } from "./filter-agents.ts";
import { useAllAgents } from "./use-all-agents.ts";

/** So many are drawn at once; a switch on each of a thousand cards would make the page slow. */
const pageSize = 60;

/** The team, as cards or rows, filtered by what the address says. */
export function AgentList({ onClone }: { onClone: () => void }) {
  const [params] = useUrlParams();
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  const [most, setMost] = useState(pageSize);
  const agents = useAllAgents();
  const status = trpc.agents.status.useQuery({}, { refetchInterval: 30_000 });
  const filter = readAgentFilter(params);

  if (agents.error && !agents.items) {
    return <FaultState title="The agents could not be loaded" error={agents.error} onRetry={agents.retry} />;
  }
  if (agents.items?.length === 0) {
    return <NoAgents onClone={onClone} />;
  }
  const byId = new Map(status.data?.agents.map((agent) => [agent.id, agent]));
  const found = agents.items && selectAgents(agents.items, byId, filter);
  const shown = found?.slice(0, most);
  return (
    <>
      <AgentFilters filter={filter} shown={found?.length} total={agents.items?.length} complete={agents.complete} />
      {shown === undefined ? (
        <AgentCardsSkeleton />
      ) : shown.length === 0 ? (
        <p className="py-8 text-center text-sm text-muted">
          No agent matches.{" "}
          <AppLink href="/agents" className="text-accent-text underline">
            Show all
          </AppLink>
        </p>
      ) : filter.view === "rows" ? (
        <ul ref={list} className="divide-y divide-line rounded-lg border border-line bg-surface">
          {shown.map((agent) => (
            <AgentRow key={agent.id} agent={agent} activity={byId.get(agent.id)} />
          ))}
        </ul>
      ) : (
        <ul ref={list} className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-3">
          {shown.map((agent) => (
            <li key={agent.id}>
              <AgentCard agent={agent} activity={byId.get(agent.id)} />
            </li>
          ))}
        </ul>
      )}
      {found !== undefined && found.length > most ? (
        <Button className="self-center" onClick={() => setMost(most + pageSize)}>
          Show {Math.min(pageSize, found.length - most)} more of {found.length}
        </Button>
      ) : null}
    </>
  );
}

function NoAgents({ onClone }: { onClone: () => void }) {
  return (
    <EmptyState
      icon={<Bot aria-hidden />}
      title="No agents yet"
      action={
        <Button variant="primary" icon={<CopyPlus aria-hidden />} onClick={onClone}>
          Clone from the catalogue
        </Button>
      }
      example={{
        href: "/agents?dialog=clone&pick=architect,engineer,tester",
        label: "take the team of the feature pipeline",
      }}
    >
      Agents do the steps of your pipelines. The catalogue has ready ones, from architect to tester.
    </EmptyState>
  );
}
