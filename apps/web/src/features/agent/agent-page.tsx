"use client";
import type { AgentDetail } from "@djinnbot/contracts";
import {
  Avatar,
  CodeText,
  Page,
  PageHeader,
  Skeleton,
  StatusBadge,
  Tabs,
  TabsContent,
  TabsList,
  TabsTrigger,
} from "@djinnbot/ui";
import { Activity, FileText, SlidersHorizontal, TriangleAlert } from "lucide-react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { useUrlParams } from "../form/url-param.ts";
import { useLiveRefresh } from "../home/live-refresh.ts";
import { PageCrumbs } from "../shell/crumbs.tsx";
import { AgentActions } from "./agent-actions.tsx";
import { ConfigTab } from "./config-tab.tsx";
import { DangerTab } from "./danger-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { PersonaTab } from "./persona-tab.tsx";

const TABS = [
  { value: "overview", label: "Overview", icon: Activity },
  { value: "persona", label: "Persona", icon: FileText },
  { value: "config", label: "Configuration", icon: SlidersHorizontal },
  { value: "danger", label: "Danger zone", icon: TriangleAlert },
];

/** Who is this, what is it doing, what may it do, what does it cost? */
export function AgentPage({ agentId }: { agentId: string }) {
  useLiveRefresh();
  const [params, change] = useUrlParams();
  const agent = trpc.agents.get.useQuery({ agentId });
  const tab = TABS.find(({ value }) => value === params.get("tab"))?.value ?? "overview";
  const label = agent.data?.name ?? agentId;
  return (
    <Page>
      <PageCrumbs items={[{ label: "Agents", href: "/agents" }, { label }]} />
      {agent.data ? null : <h1 className="sr-only">{label}</h1>}
      {agent.data ? (
        <AgentHeader agent={agent.data} />
      ) : agent.error ? (
        <FaultState title="The agent could not be loaded" error={agent.error} onRetry={() => void agent.refetch()} />
      ) : (
        <PendingHeader />
      )}
      {agent.data ? (
        <Tabs value={tab} onValueChange={(value) => change({ tab: value === "overview" ? null : value, file: null })}>
          <TabsList aria-label="Parts of the agent">
            {TABS.map(({ value, label: name, icon: Icon }) => (
              <TabsTrigger key={value} value={value} icon={<Icon aria-hidden />}>
                {name}
              </TabsTrigger>
            ))}
          </TabsList>
          <TabsContent value="overview">
            <OverviewTab agent={agent.data} />
          </TabsContent>
          <TabsContent value="persona">
            <PersonaTab agent={agent.data} />
          </TabsContent>
          <TabsContent value="config">
            <ConfigTab agent={agent.data} />
          </TabsContent>
          <TabsContent value="danger">
            <DangerTab agent={agent.data} />
          </TabsContent>
        </Tabs>
      ) : null}
    </Page>
  );
}

function AgentHeader({ agent }: { agent: AgentDetail }) {
  return (
    <div className="flex items-start gap-3">
      <Avatar name={agent.name} emoji={agent.emoji} size="lg" />
      <PageHeader
        title={agent.name}
        description={<span className="line-clamp-2 wrap-anywhere">{agent.role ?? "No role"}</span>}
        meta={
          <>
            <CodeText text={agent.slug} className="text-muted" />
            {agent.status === "disabled" ? <StatusBadge status="paused" label="Switched off" /> : null}
          </>
        }
        actions={<AgentActions agent={agent} />}
        className="min-w-0 flex-1"
      />
    </div>
  );
}

/** The header and the tabs to come, in their final size. */
function PendingHeader() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <div className="flex items-start gap-3">
        <Skeleton className="size-10" />
        <div className="flex h-12 flex-col gap-2">
          <Skeleton className="h-5 w-40" />
          <Skeleton className="h-4 w-56" />
        </div>
      </div>
      <Skeleton className="h-9 w-96 max-w-full" />
      <Skeleton className="h-96" />
    </div>
  );
}
