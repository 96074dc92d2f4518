"use client";
import type { AgentConfig, AgentDetail, EgressRules } from "@djinnbot/contracts";
import { TextLink } from "@djinnbot/ui";
import { trpc } from "@/trpc/client.ts";
import { notPublic, outsideOf } from "./host-doubts.ts";
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
  const settings = trpc.settings.get.useQuery({});
  const team = settings.data ? { mode: settings.data.egressMode, hosts: settings.data.egressHosts } : null;
  const { egressMode, egressHosts: hosts } = config;
  const mode = egressMode === null || egressMode === "internet" ? "team" : egressMode;
  return (
    <RulesForm
      title="Network"
      description="What this agent's programs may reach."
      options={options}
      meanings={meanings}
      stored={{ mode, hosts }}
      doubt={(host) => notPublic(host) ?? (team === null ? null : outsideOf(team, host))}
      save={(rules) =>
        put.mutateAsync({
          agentId: agent.id,
          egressMode: rules.mode === "team" ? null : rules.mode,
          egressHosts: rules.hosts,
        })
      }
    >
      {team === null ? null : <TeamRules rules={team} />}
    </RulesForm>
  );
}

const named = 5;

/** What the agent's own rules narrow. */
function TeamRules({ rules: { mode, hosts } }: { rules: EgressRules }) {
  const isNone = mode === "none" || (mode === "listed" && hosts.length === 0);
  return (
    <p className="text-sm wrap-anywhere text-muted">
      The team allows{" "}
      {isNone ? (
        "nothing"
      ) : mode === "internet" ? (
        "every public address"
      ) : (
        <code>{hosts.slice(0, named).join(", ")}</code>
      )}
      {!isNone && mode === "listed" && hosts.length > named ? ` and ${hosts.length - named} more` : ""}. Change it under{" "}
      <TextLink href="/settings/network">Settings → Network</TextLink>.
    </p>
  );
}
