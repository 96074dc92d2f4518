/** The budgets that come with a run: its own when it is made, and those of its steps when the engine comes to them. */
import { Fault, newId, type RunBudget } from "@djinnbot/contracts";
import type { Statement, Tx } from "@djinnbot/db";
import type { Ctx } from "../ctx.ts";
import { readSettings } from "../settings/get.ts";
import { subjectOf } from "./subject.ts";

/** Percentage at which limits warn that nobody set by hand. */
const warnPercent = 80;

/**
 * Gives a new run the limits it was asked for, else the defaults of the tenant's settings. Who may not change budgets may only lower
 * the defaults: FORBIDDEN.
 */
export async function createRunBudget(
  tx: Tx,
  ctx: Ctx,
  { runId, budget }: { runId: string; budget: RunBudget | undefined },
): Promise<void> {
  const settings = await readSettings(tx);
  const [costMicros, tokens] = [
    limit(ctx, budget?.costMicros, settings.defaultRunBudgetMicros),
    limit(ctx, budget?.tokens, settings.defaultRunBudgetTokens),
  ];
  if (costMicros === null && tokens === null) {
    return;
  }
  const target = { scope: "run" as const, agentId: null, runId, stepId: null };
  const now = ctx.now();
  await tx.budget.create({
    data: {
      id: newId("budget"),
      ...target,
      subject: subjectOf(target),
      period: "total",
      limitCostMicros: costMicros,
      limitTokens: tokens,
      warnPercent,
      createdAt: now,
      updatedAt: now,
    },
  });
}

function limit(ctx: Ctx, wanted: number | undefined, standard: number): number | null {
  if (wanted !== undefined && standard > 0 && wanted > standard && !ctx.scopes.has("settings:write")) {
    throw new Fault(
      "FORBIDDEN",
      "The run's budget is above the team's default. Ask for less, or let an owner or administrator start it.",
    );
  }
  return wanted ?? (standard === 0 ? null : standard);
}

export interface StepBudget {
  runId: string;
  stepId: string;
  costMicros: number | null;
  tokens: number | null;
  now: number;
}

/**
 * Sets the limits of a step of a run, over all its attempts, as a statement for the engine's own transaction; at least one limit must
 * be given. What a person changed since stays when the engine says it again.
 */
export function stepBudgetStatement({ runId, stepId, costMicros, tokens, now }: StepBudget): Statement {
  return {
    name: "budget-step",
    text: `INSERT INTO budgets (id, subject, scope, run_id, step_id, period, limit_cost_micros, limit_tokens, warn_percent, created_at, updated_at)
           VALUES ($1, $2, 'step', $3, $4, 'total', $5, $6, $7, $8, $8) ON CONFLICT (tenant_id, subject, period) DO NOTHING`,
    values: [
      newId("budget"),
      subjectOf({ scope: "step", agentId: null, runId, stepId }),
      runId,
      stepId,
      costMicros,
      tokens,
      warnPercent,
      now,
    ],
  };
}
