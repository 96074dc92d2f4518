import type { agents } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { stringRecord } from "../json.ts";

/** The catalogue in its own order. */
export async function listAgentTemplates({ ctx }: VerbArgs<typeof agents.templates>) {
  guard(ctx, "agents:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const rows = await tx.agentTemplate.findMany({ orderBy: [{ sortOrder: "asc" }, { slug: "asc" }] });
    return rows.map(({ id, slug, name, emoji, role, description, stage, files }) => ({
      id,
      slug,
      name,
      emoji,
      role,
      description,
      stage,
      files: stringRecord(files),
    }));
  });
}
