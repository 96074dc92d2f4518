import type { Price, prices } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { toPrice } from "./rows.ts";

/** The tenant's own first, then the bundled ones; by model. */
export async function listPrices({ ctx }: VerbArgs<typeof prices.list>): Promise<Price[]> {
  guard(ctx, "settings:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const rows = await tx.modelPrice.findMany({
      orderBy: [{ tenantId: { sort: "asc", nulls: "last" } }, { model: "asc" }],
    });
    return rows.map(toPrice);
  });
}
