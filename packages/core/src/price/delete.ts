import { notFound, type OutputOf, type prices } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";

/** Throws NOT_FOUND, also for a bundled price. */
export async function deletePrice({
  ctx,
  input,
}: VerbArgs<typeof prices.delete>): Promise<OutputOf<typeof prices.delete>> {
  guard(ctx, "settings:write");
  const { priceId } = input;
  return change(ctx, async (tx) => {
    const row = await tx.modelPrice.findFirst({ where: { id: priceId, tenantId: ctx.tenantId } });
    if (!row) {
      throw notFound("Price");
    }
    await tx.modelPrice.deleteMany({ where: { id: priceId, tenantId: ctx.tenantId } });
    await audit(tx, ctx, { action: "price.delete", entity: "price", entityId: priceId, detail: { model: row.model } });
    return { status: "deleted", priceId };
  });
}
