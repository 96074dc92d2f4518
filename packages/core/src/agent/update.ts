import { type agents, Fault, PersonaFile } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { getAgentOrFault, lockAgentOrFault, personaColumns, toAgentDetail, toConfig } from "./queries.ts";

/** Changes name, emoji, role, description or status; what is left out stays. */
export async function updateAgent({ ctx, input }: VerbArgs<typeof agents.update>) {
  guard(ctx, "agents:write");
  const { agentId, ...patch } = input;
  return change(ctx, async (tx, messages) => {
    const { id } = await getAgentOrFault(tx, agentId);
    const row = await tx.agent.update({ where: { id }, data: { ...patch, updatedAt: ctx.now() } });
    await audit(tx, ctx, {
      action: "agent.update",
      entity: "agent",
      entityId: id,
      detail: { fields: Object.keys(patch) },
    });
    messages.push(await outbox(tx, ctx, ["tenant"], { type: "AGENT_UPDATED", agentId: id }));
    return toAgentDetail(row);
  });
}

/** Merges a partial configuration into the stored one. */
export async function putAgentConfig({ ctx, input }: VerbArgs<typeof agents.putConfig>) {
  guard(ctx, "agents:write");
  const { agentId, ...patch } = input;
  return change(ctx, async (tx, messages) => {
    const before = await lockAgentOrFault(tx, agentId);
    const present = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const config = { ...toConfig(before), ...present };
    const row = await tx.agent.update({
      where: { id: before.id },
      data: {
        configJson: config,
        model: config.model,
        thinkingLevel: config.thinkingLevel,
        pulseEnabled: config.pulseEnabled,
        updatedAt: ctx.now(),
      },
    });
    await audit(tx, ctx, {
      action: "agent.config",
      entity: "agent",
      entityId: row.id,
      detail: { fields: Object.keys(present) },
    });
    messages.push(await outbox(tx, ctx, ["tenant"], { type: "AGENT_UPDATED", agentId: row.id }));
    return {
      status: "updated" as const,
      success: true as const,
      message: "Configuration saved.",
      config: toConfig(row),
    };
  });
}

/** Writes one persona text. BAD_REQUEST for any other file name. */
export async function putAgentFile({ ctx, input }: VerbArgs<typeof agents.putFile>) {
  guard(ctx, "agents:write");
  const filename = PersonaFile.safeParse(input.filename);
  if (!filename.success) {
    throw new Fault("BAD_REQUEST", `The persona files are ${PersonaFile.options.join(", ")}.`);
  }
  return change(ctx, async (tx, messages) => {
    const { id } = await getAgentOrFault(tx, input.agentId);
    await tx.agent.update({
      where: { id },
      data: { [personaColumns[filename.data]]: input.content, updatedAt: ctx.now() },
    });
    await audit(tx, ctx, { action: "agent.file", entity: "agent", entityId: id, detail: { filename: filename.data } });
    messages.push(await outbox(tx, ctx, ["tenant"], { type: "AGENT_UPDATED", agentId: id }));
    return { status: "updated" as const, filename: filename.data, size: Buffer.byteLength(input.content) };
  });
}
