import type { agents } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { getAgentOrFault } from "./queries.ts";

/** Deletes an agent. Steps keep its name, so finished runs stay readable; a run that still needs it fails with AGENT_MISSING. */
export async function deleteAgent({ ctx, input }: VerbArgs<typeof agents.delete>) {
  guard(ctx, "agents:write");
  return change(ctx, async (tx, messages) => {
    const row = await getAgentOrFault(tx, input.agentId);
    await tx.agent.delete({ where: { id: row.id } });
    await audit(tx, ctx, {
      action: "agent.delete",
      entity: "agent",
      entityId: row.id,
      detail: { slug: row.slug, name: row.name },
    });
    messages.push(await outbox(tx, ctx, ["tenant"], { type: "AGENT_DELETED", agentId: row.id }));
    return { status: "deleted" as const, agentId: row.id };
  });
}
