import { type EgressMode, type EgressRules, Fault, HostPatterns, type network } from "@djinnbot/contracts";
import type { Tx } from "@djinnbot/db";
import { getAgentOrFault, toConfig } from "../agent/queries.ts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { readSettings } from "../settings/get.ts";

type Answer = { mode: EgressMode; hosts: string[] };

/** Adds one host and keeps the others, so that two people who allow at once lose nothing. */
export async function allowHost({ ctx, input }: VerbArgs<typeof network.allow>): Promise<Answer> {
  const { host, agentId } = input;
  return agentId === undefined ? allowForTeam(ctx, host) : allowForAgent(ctx, host, agentId);
}

async function allowForTeam(ctx: Ctx, host: string): Promise<Answer> {
  guard(ctx, "settings:write");
  return change(ctx, async (tx, messages) => {
    await takeTurns(tx, ctx);
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
    await takeTurns(tx, ctx);
    const agent = await getAgentOrFault(tx, agentId);
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

/** Who adds waits for whoever adds to a list of the same tenant. */
async function takeTurns(tx: Tx, { tenantId }: Ctx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`network:${tenantId}`}, 0))`;
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
