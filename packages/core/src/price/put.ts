import { newId, type Price, type prices } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { toPrice } from "./rows.ts";

/** Sets the tenant's own price; calls that are over keep what they cost. */
export async function putPrice({ ctx, input }: VerbArgs<typeof prices.put>): Promise<Price> {
  guard(ctx, "settings:write");
  const { model, ...amounts } = input;
  return change(ctx, async (tx) => {
    const values = { ...amounts, updatedAt: ctx.now() };
    const row = await tx.modelPrice.upsert({
      where: { tenantId_model: { tenantId: ctx.tenantId, model } },
      create: { id: newId("price"), tenantId: ctx.tenantId, model, ...values },
      update: values,
    });
    await audit(tx, ctx, { action: "price.put", entity: "price", entityId: row.id, detail: { model, ...amounts } });
    return toPrice(row);
  });
}
