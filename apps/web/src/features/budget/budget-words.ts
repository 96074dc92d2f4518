import type { Budget, BudgetPeriod } from "@djinnbot/contracts";

/** What a budget is called on pages, from what it needs to be known by. */
export function budgetTitle(
  { scope, period, agentId, stepId }: Pick<Budget, "scope" | "period" | "agentId" | "stepId">,
  agents: readonly { id: string; name: string }[],
): string {
  switch (scope) {
    case "tenant":
      return `Team, ${periodWord(period)}`;
    case "agent":
      return `${agents.find(({ id }) => id === agentId)?.name ?? "An agent"}, ${periodWord(period)}`;
    case "run":
      return "This run";
    case "step":
      return `Step ${stepId ?? ""}`;
  }
}

const PERIODS = { day: "per day", month: "per month", total: "in total" } as const;
export function periodWord(period: BudgetPeriod): string {
  return PERIODS[period];
}

/** The sentence above every page about a budget that is nearly or wholly used up; null while all is well. */
export function budgetNotice(
  budgets: readonly Budget[],
  agents: readonly { id: string; name: string }[],
): { tone: "warn" | "danger"; title: string; text: string } | null {
  const worst = worstFirst(budgets.filter(({ usage }) => usage.state !== "ok"))[0];
  if (!worst) {
    return null;
  }
  const others = budgets.filter(({ usage }) => usage.state !== "ok").length - 1;
  const more = others > 0 ? ` ${others} more ${others === 1 ? "needs" : "need"} a look.` : "";
  const title = `Budget: ${budgetTitle(worst, agents)}.`;
  if (stops(worst)) {
    return { tone: "danger", title, text: `It is used up: model calls are refused.${more}` };
  }
  if (worst.usage.state === "exceeded") {
    return { tone: "warn", title, text: `It is over its limit, and only warns.${more}` };
  }
  const percent = Math.floor(worst.usage.percent);
  const consequence = worst.hard ? "At 100 % model calls are refused." : "It only warns.";
  return { tone: "warn", title, text: `${percent} % used. ${consequence}${more}` };
}

const URGENCY = { exceeded: 2, warning: 1, ok: 0 } as const;

/** Those that stop work first, then those that are used up or nearly so; the rest keep their order. */
export function worstFirst(budgets: readonly Budget[]): Budget[] {
  return [...budgets].sort(
    (a, b) =>
      Number(stops(b)) - Number(stops(a)) ||
      URGENCY[b.usage.state] - URGENCY[a.usage.state] ||
      (a.usage.state === "ok" ? 0 : b.usage.percent - a.usage.percent),
  );
}

function stops({ hard, usage }: Budget): boolean {
  return hard && usage.state === "exceeded";
}
