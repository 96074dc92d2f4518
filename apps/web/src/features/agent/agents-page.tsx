"use client";
import { AppLink, Button, EmptyState, Input, Page, PageHeader, SkeletonCards } from "@djinnbot/ui";
import { Bot, CopyPlus, Plus, Search } from "lucide-react";
import { useRef } from "react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { useUrlParams } from "../form/url-param.ts";
import { useLiveRefresh } from "../home/live-refresh.ts";
import { useFilterKey, useRowKeys, useShortcut } from "../shell/shortcuts.ts";
import { AgentCard } from "./agent-card.tsx";
import { CatalogueDialog } from "./catalogue-dialog.tsx";
import { CreateAgentDialog } from "./create-agent-dialog.tsx";
import { filterByWords } from "./filter-agents.ts";

/** Who is in the team, and what are they doing? */
export function AgentsPage() {
  useLiveRefresh();
  const [params, change] = useUrlParams();
  const dialog = params.get("dialog");
  const open = (name: string) => change({ dialog: name }, { push: true });
  const close = () => change({ dialog: null, pick: null });
  useShortcut({ keys: "c", label: "New agent", group: "Agents", run: () => open("new") });
  return (
    <Page>
      <PageHeader
        title="Agents"
        description="Colleagues with a character, a model and tools. Pipelines call them by their slug."
        actions={
          <>
            <Button icon={<Plus aria-hidden />} onClick={() => open("new")}>
              New agent
            </Button>
            <Button variant="primary" icon={<CopyPlus aria-hidden />} onClick={() => open("clone")}>
              Clone from the catalogue
            </Button>
          </>
        }
      />
      <AgentGrid onClone={() => open("clone")} />
      <CatalogueDialog open={dialog === "clone"} onClose={close} pick={params.get("pick")} />
      <CreateAgentDialog open={dialog === "new"} onClose={close} />
    </Page>
  );
}

function AgentGrid({ onClone }: { onClone: () => void }) {
  const [params, change] = useUrlParams();
  const list = useRef<HTMLUListElement>(null);
  const filter = useRef<HTMLInputElement>(null);
  useRowKeys(list);
  useFilterKey(filter);
  const agents = trpc.agents.list.useQuery({});
  const status = trpc.agents.status.useQuery({}, { refetchInterval: 30_000 });
  const typed = params.get("q") ?? "";

  if (agents.error && !agents.data) {
    return (
      <FaultState title="The agents could not be loaded" error={agents.error} onRetry={() => void agents.refetch()} />
    );
  }
  if (!agents.data) {
    return <SkeletonCards />;
  }
  if (agents.data.items.length === 0) {
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
  const shown = filterByWords(agents.data.items, typed);
  const byId = new Map(status.data?.agents.map((agent) => [agent.id, agent]));
  return (
    <>
      <Input
        ref={filter}
        type="search"
        aria-label="Filter the agents"
        placeholder="Filter by name, role or slug"
        leading={<Search aria-hidden />}
        defaultValue={typed}
        onChange={(event) => change({ q: event.target.value })}
        className="sm:max-w-xs"
      />
      {shown.length === 0 ? (
        <p className="py-8 text-center text-sm text-muted">
          No agent matches “{typed}”.{" "}
          <AppLink href="/agents" className="text-accent-text underline">
            Show all
          </AppLink>
        </p>
      ) : (
        <ul ref={list} className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-3">
          {shown.map((agent) => (
            <li key={agent.id}>
              <AgentCard agent={agent} activity={byId.get(agent.id)} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
