import { type EgressMode, type EgressRules, Fault, HostPatterns, type network } from "@djinnbot/contracts";
import { lockAgentOrFault, toConfig } from "../agent/queries.ts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { lockSettings, readSettings } from "../settings/get.ts";

type Answer = { mode: EgressMode; hosts: string[] };

/** Adds one host and keeps the others: what is changed at the same time is neither lost nor undone. */
export async function allowHost({ ctx, input }: VerbArgs<typeof network.allow>): Promise<Answer> {
  const { host, agentId } = input;
  return agentId === undefined ? allowForTeam(ctx, host) : allowForAgent(ctx, host, agentId);
}

async function allowForTeam(ctx: Ctx, host: string): Promise<Answer> {
  guard(ctx, "settings:write");
  return change(ctx, async (tx, messages) => {
    await lockSettings(tx, ctx);
    const { egressMode: mode, egressHosts } = await readSettings(tx);
    const hosts = withHost({ mode, hosts: egressHosts }, host);
    const values = { value: hosts, updatedAt: ctx.now() };
    await tx.globalSetting.upsert({
      where: { tenantId_key: { tenantId: ctx.tenantId, key: "egressHosts" } },
      create: { key: "egressHosts", ...values },
      update: values,
    });
    await audit(tx, ctx, { action: "network.allow", entity: "settings", entityId: null, detail: { host } });
    messages.push(await outbox(tx, ctx, ["tenant", "global"], { type: "SETTINGS_UPDATED" }));
    return { mode, hosts };
  });
}

async function allowForAgent(ctx: Ctx, host: string, agentId: string): Promise<Answer> {
  guard(ctx, "agents:write");
  return change(ctx, async (tx, messages) => {
    const agent = await lockAgentOrFault(tx, agentId);
    const config = toConfig(agent);
    const mode = config.egressMode ?? "internet";
    const hosts = withHost({ mode, hosts: config.egressHosts }, host);
    const data = { configJson: { ...config, egressHosts: hosts }, updatedAt: ctx.now() };
    await tx.agent.update({ where: { id: agent.id }, data });
    await audit(tx, ctx, { action: "network.allow", entity: "agent", entityId: agent.id, detail: { host } });
    messages.push(await outbox(tx, ctx, ["tenant"], { type: "AGENT_UPDATED", agentId: agent.id }));
    return { mode, hosts };
  });
}

/** Throws CONFLICT where a longer list would open nothing. */
function withHost({ mode, hosts }: EgressRules, host: string): string[] {
  if (mode === "none") {
    throw new Fault("CONFLICT", "These rules allow nothing, whatever is listed. Choose Listed hosts first.");
  }
  const all = HostPatterns.safeParse([...new Set([...hosts, host])]);
  if (!all.success) {
    throw new Fault(
      "CONFLICT",
      "The list is full: 200 hosts. Take one off it, or write one name for several, like *.example.com.",
    );
  }
  return all.data;
}
