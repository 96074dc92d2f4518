"use client";
import type { Budget } from "@djinnbot/contracts";
import { Button, Card, EmptyState, Page, PageHeader, SkeletonCards } from "@djinnbot/ui";
import { Gauge, Lock, Plus } from "lucide-react";
import { trpc } from "@/trpc/client.ts";
import { useAllAgents } from "../agent/use-all-agents.ts";
import { FaultState } from "../form/fault-state.tsx";
import { useUrlParams } from "../form/url-param.ts";
import { useShortcut } from "../shell/shortcuts.ts";
import { useMay } from "../shell/viewer.tsx";
import { BudgetCard } from "./budget-card.tsx";
import { budgetTitle, worstFirst } from "./budget-words.ts";
import { NewBudget } from "./new-budget.tsx";
import { RunDefaultCard } from "./run-default-card.tsx";
import { useStandingBudgets } from "./use-standing-budgets.ts";

/** Where does the money stop, and how far is it to there? */
export function BudgetsPage() {
  const mayChange = useMay("settings:write");
  const [params, change] = useUrlParams();
  const budgets = useStandingBudgets({ often: true });
  const settings = trpc.settings.get.useQuery({});
  const adding = params.get("dialog") === "new" && mayChange;
  const open = () => change({ dialog: "new" }, { push: true });
  useShortcut({ keys: "c", label: "New budget", group: "Budgets", run: open }, mayChange);
  const create = (
    <Button variant="primary" icon={<Plus aria-hidden />} onClick={open} disabled={adding}>
      New budget
    </Button>
  );
  return (
    <Page width="form" className="max-w-4xl">
      <PageHeader
        title="Budgets"
        description="How much the team and its agents may spend. A model call that would go over a budget is refused before it costs anything, unless the budget only warns."
        {...(mayChange ? { actions: create } : {})}
      />
      {mayChange ? null : (
        <p className="flex items-center gap-2 text-sm">
          <Lock aria-hidden className="size-4 shrink-0 text-muted" />
          Your team's owner and administrators can change this page.
        </p>
      )}
      {adding ? <NewBudget onDone={() => change({ dialog: null })} /> : null}
      {budgets.items ? (
        <BudgetList items={budgets.items} mayChange={mayChange} create={adding ? null : create} />
      ) : budgets.error ? (
        <FaultState title="The budgets could not be loaded" error={budgets.error} onRetry={budgets.retry} />
      ) : (
        <SkeletonCards count={2} />
      )}
      {settings.data ? (
        <RunDefaultCard settings={settings.data} mayChange={mayChange} />
      ) : settings.error ? (
        <FaultState
          title="The default of runs could not be loaded"
          error={settings.error}
          onRetry={() => void settings.refetch()}
        />
      ) : (
        <SkeletonCards count={1} />
      )}
    </Page>
  );
}

type BudgetListProps = { items: readonly Budget[]; mayChange: boolean; create: React.ReactNode };

function BudgetList({ items, mayChange, create }: BudgetListProps) {
  const agents = useAllAgents();
  if (items.length === 0) {
    return create === null ? null : (
      <Card>
        <EmptyState icon={<Gauge aria-hidden />} title="No budget yet" action={mayChange ? create : undefined}>
          A budget stops the team or one agent at an amount of dollars or tokens, per day, per month or in total.
        </EmptyState>
      </Card>
    );
  }
  return (
    <section aria-label="Budgets of the team and its agents" className="flex flex-col gap-3">
      {worstFirst(items).map((budget) => (
        <BudgetCard
          key={budget.id}
          budget={budget}
          title={budgetTitle(budget, agents.items ?? [])}
          mayChange={mayChange}
        />
      ))}
    </section>
  );
}
