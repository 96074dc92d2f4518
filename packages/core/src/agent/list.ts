import type { agents } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { toAgent } from "./queries.ts";

/** Agents by name; the cursor is the last id. */
export async function listAgents({ ctx, input }: VerbArgs<typeof agents.list>) {
  guard(ctx, "agents:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const rows = await tx.agent.findMany({
      orderBy: [{ name: "asc" }, { id: "asc" }],
      take: input.limit + 1,
      ...(input.cursor === undefined ? {} : { cursor: { id: input.cursor }, skip: 1 }),
    });
    const items = rows.slice(0, input.limit).map(toAgent);
    return { items, nextCursor: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null };
  });
}
