"use client";
import { Banner, Page, PageHeader, SkeletonCards, TextLink } from "@djinnbot/ui";
import { Lock } from "lucide-react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { useLiveRefresh } from "../home/live-refresh.ts";
import { useMay } from "../shell/viewer.tsx";
import { RefusalsCard } from "./refusals-card.tsx";
import { TeamRulesCard } from "./team-rules-card.tsx";

/** Where may the agents' programs connect to? */
export function NetworkPage() {
  useLiveRefresh();
  const mayChange = useMay("settings:write");
  const settings = trpc.settings.get.useQuery({});
  const status = trpc.system.status.useQuery({});
  return (
    <Page width="form" className="max-w-4xl">
      <PageHeader
        title="Network"
        description="Agents have no network of their own: what their programs want outside goes through a proxy, which follows these rules and tells the run what it refused."
      />
      {status.data?.workload.network === "open" ? (
        <Banner tone="warn" title="These rules are not enforced here.">
          Agents of this installation share a network with their host. Whoever runs it can isolate them: with
          bubblewrap, or with Docker on Linux.
        </Banner>
      ) : null}
      {mayChange ? null : (
        <p className="flex items-center gap-2 text-sm">
          <Lock aria-hidden className="size-4 shrink-0 text-muted" />
          Your team's owner and administrators can change this page.
        </p>
      )}
      {settings.data ? (
        <TeamRulesCard settings={settings.data} mayChange={mayChange} />
      ) : settings.error ? (
        <FaultState
          title="The rules could not be loaded"
          error={settings.error}
          onRetry={() => void settings.refetch()}
        />
      ) : (
        <SkeletonCards count={1} />
      )}
      <RefusalsCard />
      <p className="max-w-prose text-sm text-muted">
        Private networks, the machine itself and a cloud's metadata address stay closed whatever stands here; only
        whoever runs this installation can open them. An agent can have rules of its own:{" "}
        <TextLink href="/agents">choose it under Agents</TextLink>, then Configuration.
      </p>
    </Page>
  );
}
