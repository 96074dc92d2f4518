/** Renames the tenant. */
import { notFound, type Tenant, type tenants } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { orConflict } from "../conflict.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { toTenant } from "./row.ts";

/** Throws CONFLICT when the slug is taken. */
export async function updateTenant({ ctx, input }: VerbArgs<typeof tenants.update>): Promise<Tenant> {
  guard(ctx, "tenant:write");
  return orConflict("This slug is taken. Choose another one.", () =>
    withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
      const { count } = await tx.tenant.updateMany({
        where: { id: ctx.tenantId },
        data: { name: input.name, slug: input.slug, updatedAt: ctx.now() },
      });
      const row = count === 0 ? null : await tx.tenant.findUnique({ where: { id: ctx.tenantId } });
      if (!row) {
        throw notFound("Tenant");
      }
      await audit(tx, ctx, { action: "tenant.update", entity: "tenant", entityId: ctx.tenantId, detail: { ...input } });
      return toTenant(row);
    }),
  );
}
