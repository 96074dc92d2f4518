/** A run's own budgets by a short key: `run`, or the id of the step that it limits. */
import type { Budget } from "@djinnbot/contracts";

export function budgetKey({ scope, stepId }: Pick<Budget, "scope" | "stepId">): string {
  return scope === "step" && stepId !== null ? stepId : "run";
}

/** Which of a run's own budgets refused a call, as the failure's message names it; null for the team's or an agent's. */
export function ownBudgetOf(message: string): string | null {
  const found = /the budget of (?:this (run)|the step (\S+)) does not allow/i.exec(message);
  return found?.[1] ?? found?.[2] ?? null;
}
