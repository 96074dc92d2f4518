"use client";
import type { AgentConfig, AgentDetail } from "@djinnbot/contracts";
import { trpc } from "@/trpc/client.ts";
import { RulesForm } from "./rules-form.tsx";

const options = [
  { value: "team", label: "As the team" },
  { value: "listed", label: "Listed hosts" },
  { value: "none", label: "Nothing" },
] as const;
const meanings = {
  team: "This agent reaches what the team's rules allow.",
  listed: "Of what the team's rules allow, this agent reaches the hosts below only.",
  none: "This agent reaches nothing outside of this platform. Its model works all the same.",
};

/** An agent's own share of the team's network rules. */
export function AgentRulesCard({ agent, config }: { agent: AgentDetail; config: AgentConfig }) {
  const utils = trpc.useUtils();
  const put = trpc.agents.putConfig.useMutation({
    onSuccess: ({ config: saved }) => utils.agents.getConfig.setData({ agentId: agent.slug }, saved),
  });
  const { egressMode, egressHosts: hosts } = config;
  const mode = egressMode === null || egressMode === "internet" ? "team" : egressMode;
  return (
    <RulesForm
      title="Network"
      description="What this agent's programs may reach."
      options={options}
      meanings={meanings}
      stored={{ mode, hosts }}
      save={(rules) =>
        put.mutateAsync({
          agentId: agent.id,
          egressMode: rules.mode === "team" ? null : rules.mode,
          egressHosts: rules.hosts,
        })
      }
    />
  );
}
