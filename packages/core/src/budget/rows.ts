/** Budgets: rows to wire shapes, with what is used and what calls under way hold. */
import { type Budget, BudgetPeriod, BudgetScope, type BudgetUsage, notFound } from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import { num, numOrNull } from "../json.ts";
import { periodEnd, periodStarts } from "./subject.ts";

export type BudgetRow = Prisma.BudgetGetPayload<Record<string, never>>;

/** Throws NOT_FOUND, also for another tenant's budget. */
export async function getBudgetOrFault(tx: Tx, budgetId: string): Promise<BudgetRow> {
  const row = await tx.budget.findFirst({ where: { id: budgetId } });
  if (!row) {
    throw notFound("Budget");
  }
  return row;
}

/** Rows as the contract shows them: one query for what calls under way hold. */
export async function toBudgets(tx: Tx, rows: readonly BudgetRow[], now: number): Promise<Budget[]> {
  if (rows.length === 0) {
    return [];
  }
  const held = await tx.budgetReservation.findMany({
    where: { expiresAt: { gt: now }, subjects: { hasSome: rows.map((row) => row.subject) } },
  });
  return rows.map((row) => {
    const mine = held.filter(({ subjects }) => subjects.includes(row.subject));
    const sum = (pick: (of: (typeof held)[number]) => bigint) => mine.reduce((total, of) => total + num(pick(of)), 0);
    return {
      id: row.id,
      scope: BudgetScope.parse(row.scope),
      agentId: row.agentId,
      runId: row.runId,
      stepId: row.stepId,
      period: BudgetPeriod.parse(row.period),
      costMicros: numOrNull(row.limitCostMicros),
      tokens: numOrNull(row.limitTokens),
      hard: row.hard,
      warnPercent: row.warnPercent,
      usage: usageOf(row, { cost: sum((of) => of.costMicros), tokens: sum((of) => of.tokens) }, now),
      createdAt: num(row.createdAt),
      updatedAt: num(row.updatedAt),
    };
  });
}

function usageOf(row: BudgetRow, held: { cost: number; tokens: number }, now: number): BudgetUsage {
  const period = BudgetPeriod.parse(row.period);
  const start = periodStarts(now)[period];
  // The row of a period that is over is turned by the next call.
  const isCurrent = num(row.periodStart) >= start;
  const costMicros = isCurrent ? num(row.usedCostMicros) : 0;
  const tokens = isCurrent ? num(row.usedTokens) : 0;
  const share = (used: number, limit: bigint | null) => (limit === null ? 0 : (used / Number(limit)) * 100);
  const percent = Math.max(share(costMicros, row.limitCostMicros), share(tokens, row.limitTokens));
  return {
    costMicros,
    tokens,
    reservedCostMicros: held.cost,
    reservedTokens: held.tokens,
    percent: Math.round(percent * 10) / 10,
    state: percent >= 100 ? "exceeded" : percent >= (row.warnPercent ?? 101) ? "warning" : "ok",
    periodStart: period === "total" ? null : start,
    periodEnd: periodEnd(period, now),
  };
}
