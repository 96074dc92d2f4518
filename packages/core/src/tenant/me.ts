/** The caller's tenant. */
import { notFound, type Tenant, type tenants } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { toTenant } from "./row.ts";

/** The tenant's row. NOT_FOUND when it is gone. */
export async function myTenant({ ctx }: VerbArgs<typeof tenants.me>): Promise<Tenant> {
  guard(ctx, "tenant:read");
  const row = await withTenant(ctx.deps.db, ctx.tenantId, (tx) =>
    tx.tenant.findUnique({ where: { id: ctx.tenantId } }),
  );
  if (!row) {
    throw notFound("Tenant");
  }
  return toTenant(row);
}
