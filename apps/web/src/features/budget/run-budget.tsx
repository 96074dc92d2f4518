"use client";
import type { Budget } from "@djinnbot/contracts";
import { Dialog, DialogContent } from "@djinnbot/ui";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { Fact } from "../run/fact.tsx";
import { useMay } from "../shell/viewer.tsx";
import { targetOf } from "./budget-card.tsx";
import { BudgetForm } from "./budget-form.tsx";
import { BudgetMeters } from "./budget-meter.tsx";
import { BudgetState } from "./budget-state.tsx";
import { budgetTitle } from "./budget-words.ts";

type RunBudgetProps = { runId: string; over: boolean; className?: string | undefined };

/** What the run and its steps have spent of what they may, among the facts of the run; a run that is over needs none. */
export function RunBudget({ runId, over, className }: RunBudgetProps) {
  const mayChange = useMay("settings:write");
  const budgets = trpc.budgets.list.useQuery({ runId, limit: 200 });
  const items = [...(budgets.data?.items ?? [])].sort((a, b) => a.scope.localeCompare(b.scope));
  if (items.length > 0) {
    return items.map((budget) => (
      <Fact key={budget.id} label={labelOf(budget)} className={className}>
        <div className="flex flex-wrap items-center gap-x-2">
          <div className="min-w-28 flex-1">
            <BudgetMeters budget={budget} label={budgetTitle(budget, [])} />
          </div>
          {budget.usage.state === "ok" ? null : <BudgetState budget={budget} />}
          {mayChange ? <EditBudget runId={runId} budget={budget} /> : null}
        </div>
      </Fact>
    ));
  }
  // Its place is kept while it loads, so that nothing moves.
  return over || !mayChange ? null : (
    <Fact label="Budget" className={className}>
      <div className="min-w-40">
        {budgets.data === undefined ? (
          <span className="text-faint">–</span>
        ) : (
          <EditBudget runId={runId} budget={null} />
        )}
      </div>
    </Fact>
  );
}

const labelOf = (budget: Budget) => (budget.scope === "run" ? "Budget" : `Budget of ${budget.stepId ?? "a step"}`);

function EditBudget({ runId, budget }: { runId: string; budget: Budget | null }) {
  const [open, setOpen] = useState(false);
  const title = budget === null ? "Set a budget for this run" : `Change the budget of ${budgetTitle(budget, [])}`;
  const close = () => setOpen(false);
  return (
    <>
      <button
        type="button"
        aria-label={title}
        onClick={() => setOpen(true)}
        className="rounded-sm text-accent-text hover:underline"
      >
        {budget === null ? "Set a budget" : "Change"}
      </button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent title={title}>
          {budget === null ? (
            <BudgetForm target={{ scope: "run", runId }} onDone={close} />
          ) : (
            <BudgetForm target={targetOf(budget)} known={budget} onDone={close} />
          )}
        </DialogContent>
      </Dialog>
    </>
  );
}
