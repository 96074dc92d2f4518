/** Tells pages what happened to a budget. Hints only: what counts is in the budget's row. */
import { envelop, publish, publishToLiving, runEvents, tenantEvents } from "@djinnbot/events";
import type { Deps } from "../ctx.ts";
import { redisOr } from "../limits/redis-first.ts";
import type { BudgetState } from "./reserve.ts";
import type { Touched } from "./settle.ts";

interface About {
  tenantId: string;
  requestId: string;
  runId: string;
}
type Ref = Omit<Touched, "warnPercent" | "warns">;

export async function tellWarnings(deps: Deps, about: About, warnings: readonly Touched[]): Promise<void> {
  for (const budget of warnings) {
    await tell(deps, about, { type: "BUDGET_WARNING", ...refOf(budget), percent: budget.warnPercent ?? 100 });
  }
}

export async function tellRefusal(deps: Deps, about: About, budget: BudgetState, message: string): Promise<void> {
  await tell(deps, about, { type: "BUDGET_EXCEEDED", ...refOf(budget), message });
}

function refOf({ id, scope, period, stepId, limitCostMicros, limitTokens, usedCostMicros, usedTokens }: Ref) {
  return { budgetId: id, scope, period, stepId, limitCostMicros, limitTokens, usedCostMicros, usedTokens };
}

async function tell(deps: Deps, about: About, body: object): Promise<void> {
  const { tenantId, runId } = about;
  const message = envelop(about, { ...body, runId });
  await redisOr(
    deps,
    async (redis) => {
      await publishToLiving(redis, runEvents, { tenantId, runId }, message);
      await publish(redis, tenantEvents, { tenantId }, message);
    },
    undefined,
  );
}
