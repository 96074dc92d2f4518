"use client";
import type { AgentConfig, AgentDetail } from "@djinnbot/contracts";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { AgentRulesCard } from "../network/agent-rules-card.tsx";
import { RefusalsCard } from "../network/refusals-card.tsx";
import { ConfigEditor } from "./config-editor.tsx";
import { ConfigSkeleton } from "./config-skeleton.tsx";
import { ProfileEditor } from "./profile-editor.tsx";

/** How the agent appears, and what it works with. */
export function ConfigTab({ agent }: { agent: AgentDetail }) {
  const config = trpc.agents.getConfig.useQuery({ agentId: agent.slug });
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      {config.data ? (
        <>
          <ConfigEditor key={agent.id} agent={agent} config={config.data satisfies AgentConfig} />
          <AgentRulesCard key={`network ${agent.id}`} agent={agent} config={config.data} />
          <RefusalsCard agentId={agent.id} />
        </>
      ) : config.error ? (
        <FaultState
          title="The configuration could not be loaded"
          error={config.error}
          onRetry={() => void config.refetch()}
        />
      ) : (
        <ConfigSkeleton />
      )}
      <ProfileEditor key={`profile ${agent.id}`} agent={agent} />
    </div>
  );
}
