import type { agents } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { getAgentOrFault, toAgentDetail, toConfig } from "./queries.ts";

/** One agent by id or slug, with its persona texts. */
export async function getAgent({ ctx, input }: VerbArgs<typeof agents.get>) {
  guard(ctx, "agents:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => toAgentDetail(await getAgentOrFault(tx, input.agentId)));
}

/** The configuration of an agent with defaults filled in. */
export async function getAgentConfig({ ctx, input }: VerbArgs<typeof agents.getConfig>) {
  guard(ctx, "agents:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => toConfig(await getAgentOrFault(tx, input.agentId)));
}
