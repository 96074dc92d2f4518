/** Sets a budget, or changes the one that the scope has for that period. */
import {
  type Budget,
  type BudgetPeriod,
  type budgets,
  Fault,
  type InputOf,
  newId,
  notFound,
} from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { getRunOrFault } from "../run/queries.ts";
import { toBudgets } from "./rows.ts";
import { type BudgetTarget, periodStarts, subjectOf } from "./subject.ts";

type Input = InputOf<typeof budgets.put>;

/** Throws NOT_FOUND for an agent, run or step that is not the tenant's, BAD_REQUEST for a scope without its id or no limit at all. */
export async function putBudget({ ctx, input }: VerbArgs<typeof budgets.put>): Promise<Budget> {
  guard(ctx, "settings:write");
  const { costMicros = null, tokens = null, hard, warnPercent } = input;
  if (costMicros === null && tokens === null) {
    throw new Fault("BAD_REQUEST", "Give a limit in costMicros, in tokens, or both. To lift a budget, delete it.");
  }
  const target = await targetOf(ctx, input);
  const period = periodOf(input);
  return change(ctx, async (tx, messages) => {
    await checkTarget(tx, target);
    const [subject, now] = [subjectOf(target), ctx.now()];
    const values = {
      limitCostMicros: costMicros,
      limitTokens: tokens,
      hard,
      warnPercent,
      warnedAt: null,
      updatedAt: now,
    };
    const known = await tx.budget.findFirst({ where: { subject, period } });
    const row = known
      ? await tx.budget.update({ where: { id: known.id }, data: values })
      : await tx.budget.create({
          data: {
            id: newId("budget"),
            ...target,
            subject,
            period,
            ...values,
            ...(await usedSoFar(tx, target, periodStarts(now)[period])),
            createdAt: now,
          },
        });
    const detail: Prisma.InputJsonObject = { subject, period, costMicros, tokens, hard, warnPercent };
    await audit(tx, ctx, { action: "budget.put", entity: "budget", entityId: row.id, detail });
    messages.push(await outbox(tx, ctx, ["tenant"], { type: "BUDGETS_UPDATED", budgetId: row.id }));
    const [budget] = await toBudgets(tx, [row], now);
    return budget as Budget;
  });
}

const needs = { tenant: [], agent: ["agentId"], run: ["runId"], step: ["runId", "stepId"] } as const;

/** The ids that the scope needs, and no other. */
async function targetOf(ctx: Ctx, input: Input): Promise<BudgetTarget> {
  const wanted: readonly string[] = needs[input.scope];
  for (const name of ["agentId", "runId", "stepId"] as const) {
    if (wanted.includes(name) !== (input[name] !== undefined)) {
      const verb = wanted.includes(name) ? "needs" : "takes no";
      throw new Fault("BAD_REQUEST", `A budget of the scope ${input.scope} ${verb} ${name}.`);
    }
  }
  const agentId = input.agentId === undefined ? null : (await ctx.services.agents.get({ agentId: input.agentId })).id;
  return { scope: input.scope, agentId, runId: input.runId ?? null, stepId: input.stepId ?? null };
}

function periodOf({ scope, period }: Input): BudgetPeriod {
  if (scope === "tenant" || scope === "agent") {
    return period ?? "month";
  }
  if (period !== undefined && period !== "total") {
    throw new Fault("BAD_REQUEST", `A ${scope} has one budget for all its time: leave out the period, or say total.`);
  }
  return "total";
}

async function checkTarget(tx: Tx, { runId, stepId }: BudgetTarget): Promise<void> {
  const run = runId === null ? null : await getRunOrFault(tx, runId);
  if (
    run &&
    stepId !== null &&
    !(await tx.step.findFirst({ where: { runId: run.id, stepId }, select: { id: true } }))
  ) {
    throw notFound("Step");
  }
}

/** What calls of the period have cost before there was a budget. */
async function usedSoFar(tx: Tx, { agentId, runId, stepId }: BudgetTarget, start: number) {
  const { _sum } = await tx.llmCallLog.aggregate({
    where: {
      createdAt: { gte: start },
      ...(agentId === null ? {} : { agentId }),
      ...(runId === null ? {} : { runId }),
      ...(stepId === null ? {} : { stepId }),
    },
    _sum: { costTotalMicros: true, totalTokens: true },
  });
  return { periodStart: start, usedCostMicros: _sum.costTotalMicros ?? 0n, usedTokens: BigInt(_sum.totalTokens ?? 0) };
}
