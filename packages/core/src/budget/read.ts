import { type budgets, Fault } from "@djinnbot/contracts";
import { type Prisma, withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { getRunOrFault } from "../run/queries.ts";
import { getBudgetOrFault, toBudgets } from "./rows.ts";

/** The cursor of a page: creation time and id of its last budget. */
function readCursor(cursor: string): { createdAt: bigint; id: string } {
  const match = /^(\d{1,16})_(bdg_[0-9a-z]+)$/.exec(cursor);
  if (!match?.[1] || !match[2]) {
    throw new Fault("BAD_REQUEST", "The cursor is not one that a list answered.");
  }
  return { createdAt: BigInt(match[1]), id: match[2] };
}

/** Budgets, newest first. NOT_FOUND for an agent or a run that is not the tenant's. */
export async function listBudgets({ ctx, input }: VerbArgs<typeof budgets.list>) {
  guard(ctx, "settings:read");
  const { limit, cursor, scope, runId } = input;
  const agentId = input.agentId && (await ctx.services.agents.get({ agentId: input.agentId })).id;
  const where: Prisma.BudgetWhereInput[] = [{ scope, runId, agentId }];
  if (cursor !== undefined) {
    const after = readCursor(cursor);
    where.push({ OR: [{ createdAt: { lt: after.createdAt } }, { createdAt: after.createdAt, id: { lt: after.id } }] });
  }
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    if (runId !== undefined) {
      await getRunOrFault(tx, runId);
    }
    const rows = await tx.budget.findMany({
      where: { AND: where },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: limit + 1,
    });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: await toBudgets(tx, shown, ctx.now()),
      nextCursor: rows.length > limit && last ? `${last.createdAt}_${last.id}` : null,
    };
  });
}

/** One budget with what is used of it. */
export async function getBudget({ ctx, input }: VerbArgs<typeof budgets.get>) {
  guard(ctx, "settings:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const row = await getBudgetOrFault(tx, input.budgetId);
    const [budget] = await toBudgets(tx, [row], ctx.now());
    return budget as NonNullable<typeof budget>;
  });
}
