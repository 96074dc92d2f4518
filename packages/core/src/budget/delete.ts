import type { budgets, OutputOf } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { getBudgetOrFault } from "./rows.ts";

/** Lifts a budget; calls under way are not touched. Throws NOT_FOUND. */
export async function deleteBudget({
  ctx,
  input,
}: VerbArgs<typeof budgets.delete>): Promise<OutputOf<typeof budgets.delete>> {
  guard(ctx, "settings:write");
  return change(ctx, async (tx, messages) => {
    const { id, subject, period } = await getBudgetOrFault(tx, input.budgetId);
    await tx.budget.deleteMany({ where: { id } });
    await audit(tx, ctx, { action: "budget.delete", entity: "budget", entityId: id, detail: { subject, period } });
    messages.push(await outbox(tx, ctx, ["tenant"], { type: "BUDGETS_UPDATED", budgetId: id }));
    return { status: "deleted", budgetId: id };
  });
}
