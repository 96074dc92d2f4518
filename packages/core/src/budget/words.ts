/** Budgets in sentences: whose limit it is, how much of it is used, what to do. */
import { Fault } from "@djinnbot/contracts";
import type { BudgetState } from "./reserve.ts";
import { periodEnd } from "./subject.ts";

type Named = Pick<BudgetState, "scope" | "period" | "agentName" | "stepId">;
const spells = { day: "daily", month: "monthly", total: "total" } as const;

/** `the monthly budget of the team`. */
export function budgetName({ scope, period, agentName, stepId }: Named): string {
  switch (scope) {
    case "tenant":
      return `the ${spells[period]} budget of the team`;
    case "agent":
      return `the ${spells[period]} budget of the agent ${agentName ?? "that works"}`;
    case "run":
      return "the budget of this run";
    case "step":
      return `the budget of the step ${stepId ?? ""}`;
  }
}

/** The refusal of a call that a hard limit does not hold. */
export function budgetFault(state: BudgetState, now: number): Fault {
  const cost = !state.tokensRefused;
  const show = cost ? money : (tokens: number) => `${tokens.toLocaleString("en-US")} tokens`;
  const limit = (cost ? state.limitCostMicros : state.limitTokens) ?? 0;
  const used = cost ? state.usedCostMicros : state.usedTokens;
  const held = cost ? state.heldCostMicros : state.heldTokens;
  const ask = cost ? state.askCostMicros : state.askTokens;
  const name = budgetName(state);
  const underWay = held > 0 ? `, and calls under way hold ${show(held)}` : "";
  const end = periodEnd(state.period, now);
  const wait = end === null ? "" : `, or wait until ${new Date(end).toISOString().slice(0, 10)} 00:00 UTC`;
  const need = used >= limit ? "" : ` This call may need ${show(ask)}.`;
  const isOwn = state.scope === "run" || state.scope === "step";
  const where = isOwn ? "on the run's page" : "under Settings → Budgets";
  return new Fault(
    "LIMIT",
    `${name.charAt(0).toUpperCase()}${name.slice(1)} does not allow this model call: ${show(used)} of ${show(limit)} are spent${underWay}.${need} Raise it ${where}${wait}.`,
    { failure: "BUDGET_EXCEEDED" },
  );
}

function money(micros: number): string {
  const dollars = micros / 1_000_000;
  return `$${dollars.toFixed(dollars >= 1 ? 2 : 4)}`;
}
