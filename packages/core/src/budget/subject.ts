/** What a budget limits, in one word; a call names every word that applies to it. */
import type { BudgetPeriod, BudgetScope } from "@djinnbot/contracts";

export interface BudgetTarget {
  scope: BudgetScope;
  agentId: string | null;
  runId: string | null;
  stepId: string | null;
}

export function subjectOf({ scope, agentId, runId, stepId }: BudgetTarget): string {
  switch (scope) {
    case "tenant":
      return "tenant";
    case "agent":
      return `agent:${agentId}`;
    case "run":
      return `run:${runId}`;
    case "step":
      return `step:${runId}:${stepId}`;
  }
}

/** Everything a call counts against; a wider scope comes before a narrower one. */
export function subjectsOf(call: {
  agentId: string | null;
  runId: string | null;
  /** Subjects of the runs that wait for the run, and of the agents that called it. */
  parents: readonly string[];
  step: { stepId: string } | null;
}): string[] {
  const { agentId, runId, parents, step } = call;
  const agent = agentId === null ? [] : [`agent:${agentId}`];
  return [
    "tenant",
    ...agent.filter((own) => !parents.includes(own)),
    ...parents,
    ...(runId === null ? [] : [`run:${runId}`]),
    ...(runId === null || step === null ? [] : [`step:${runId}:${step.stepId}`]),
  ];
}

/** Beginnings of the current day and month in UTC, epoch ms. */
export function periodStarts(now: number): Record<BudgetPeriod, number> {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { day: Date.UTC(year, month, date.getUTCDate()), month: Date.UTC(year, month, 1), total: 0 };
}

/** When the current period ends, epoch ms; null where it does not. */
export function periodEnd(period: BudgetPeriod, now: number): number | null {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (period) {
    case "day":
      return Date.UTC(year, month, date.getUTCDate() + 1);
    case "month":
      return Date.UTC(year, month + 1, 1);
    case "total":
      return null;
  }
}
