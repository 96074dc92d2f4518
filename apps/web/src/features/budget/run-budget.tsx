"use client";
import type { Budget } from "@djinnbot/contracts";
import { Dialog, DialogContent } from "@djinnbot/ui";
import { useEffect, useRef } from "react";
import { trpc } from "@/trpc/client.ts";
import { useUrlParams } from "../form/url-param.ts";
import { Fact } from "../run/fact.tsx";
import { useMay } from "../shell/viewer.tsx";
import { targetOf } from "./budget-card.tsx";
import { BudgetForm, type BudgetTarget } from "./budget-form.tsx";
import { BudgetMeters } from "./budget-meter.tsx";
import { BudgetState } from "./budget-state.tsx";
import { budgetTitle } from "./budget-words.ts";
import { budgetKey, ownBudgetOf } from "./own-budget.ts";

type RunBudgetProps = { runId: string; over: boolean; className?: string | undefined };

/** What the run and its steps have spent of what they may, among the facts of the run; a run that is over needs none. */
export function RunBudget({ runId, over, className }: RunBudgetProps) {
  const mayChange = useMay("settings:write");
  const budgets = trpc.budgets.list.useQuery({ runId, limit: 200 });
  const failure = trpc.runs.get.useQuery({ runId }).data?.failure;
  const stoppedBy = failure?.code === "BUDGET_EXCEEDED" ? ownBudgetOf(failure.message) : null;
  const items = [...(budgets.data?.items ?? [])].sort((a, b) => a.scope.localeCompare(b.scope));
  if (items.length > 0) {
    return items.map((budget) => {
      const stopped = stoppedBy === budgetKey(budget);
      return (
        <Fact key={budget.id} label={labelOf(budget)} className={className}>
          <div className="flex flex-wrap items-center gap-x-2">
            <div className="min-w-28 flex-1">
              <BudgetMeters budget={budget} label={budgetTitle(budget, [])} />
            </div>
            {budget.usage.state === "ok" && !stopped ? null : <BudgetState budget={budget} stopped={stopped} />}
            {mayChange ? <EditBudget runId={runId} budget={budget} /> : null}
          </div>
        </Fact>
      );
    });
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

/** Opened from elsewhere on the page as well: `?budget=run`, or the step's name. */
function EditBudget({ runId, budget }: { runId: string; budget: Budget | null }) {
  const [params, change] = useUrlParams();
  const key = budget === null ? "run" : budgetKey(budget);
  const title = budget === null ? "Set a budget for this run" : `Change the budget of ${budgetTitle(budget, [])}`;
  const close = () => change({ budget: null });
  return (
    <>
      <button
        type="button"
        aria-label={title}
        onClick={() => change({ budget: key })}
        className="rounded-sm text-accent-text hover:underline"
      >
        {budget === null ? "Set a budget" : "Change"}
      </button>
      <Dialog open={params.get("budget") === key} onOpenChange={(open) => (open ? undefined : close())}>
        <DialogContent title={title}>
          {budget === null ? (
            <Editor target={{ scope: "run", runId }} onDone={close} />
          ) : (
            <Editor target={targetOf(budget)} known={budget} onDone={close} />
          )}
        </DialogContent>
      </Dialog>
    </>
  );
}

/** The limit that is set takes the focus: it is the one to change. */
function Editor(props: { target: BudgetTarget; known?: Budget; onDone: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const inputs = [...(box.current?.querySelectorAll("input") ?? [])];
    (inputs.find((input) => input.value !== "") ?? inputs[0])?.focus();
  }, []);
  return (
    <div ref={box}>
      <BudgetForm {...props} />
    </div>
  );
}
