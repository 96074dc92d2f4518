"use client";
import type { Budget } from "@djinnbot/contracts";
import { Button } from "@djinnbot/ui";
import { Gauge, Pencil } from "lucide-react";
import { useEffect, useRef } from "react";
import { trpc } from "@/trpc/client.ts";
import { useUrlParams } from "../form/url-param.ts";
import { useMay } from "../shell/viewer.tsx";
import { targetOf } from "./budget-card.tsx";
import { BudgetForm, type BudgetTarget } from "./budget-form.tsx";
import { BudgetMeters } from "./budget-meter.tsx";
import { BudgetState } from "./budget-state.tsx";
import { budgetTitle } from "./budget-words.ts";
import { budgetKey, ownBudgetOf } from "./own-budget.ts";

/** What the run and its steps have spent of what they may; changed where it stands, and `?budget=run` opens it. */
export function RunBudget({ runId }: { runId: string }) {
  const mayChange = useMay("settings:write");
  const budgets = trpc.budgets.list.useQuery({ runId, limit: 200 });
  const failure = trpc.runs.get.useQuery({ runId }).data?.failure;
  const [params, change] = useUrlParams();
  const editing = mayChange ? params.get("budget") : null;
  const edit = (key: string | null) => change({ budget: key });
  const stoppedBy = failure?.code === "BUDGET_EXCEEDED" ? ownBudgetOf(failure.message) : null;
  const items = [...(budgets.data?.items ?? [])].sort((a, b) => a.scope.localeCompare(b.scope));
  if (!budgets.data || (items.length === 0 && !mayChange)) {
    return null;
  }
  if (items.length === 0 && editing !== null) {
    return (
      <section aria-label="Budget of the run">
        <Editor target={{ scope: "run", runId }} onDone={() => edit(null)} />
      </section>
    );
  }
  if (items.length === 0) {
    return (
      <div>
        <Button size="sm" variant="ghost" icon={<Gauge aria-hidden />} onClick={() => edit("run")}>
          Set a budget for this run
        </Button>
      </div>
    );
  }
  return (
    <section aria-label="Budget of the run" className="flex flex-col gap-2">
      {items.map((budget) => (
        <RunBudgetRow
          key={budget.id}
          budget={budget}
          stopped={stoppedBy === budgetKey(budget)}
          isEditing={editing === budgetKey(budget)}
          onEdit={mayChange ? edit : null}
        />
      ))}
    </section>
  );
}

type RunBudgetRowProps = {
  budget: Budget;
  /** The run ended at it. */
  stopped: boolean;
  isEditing: boolean;
  /** Null for those who may not change it. */
  onEdit: ((key: string | null) => void) | null;
};

function RunBudgetRow({ budget, stopped, isEditing, onEdit }: RunBudgetRowProps) {
  const title = budgetTitle(budget, []);
  if (isEditing && onEdit) {
    return <Editor target={targetOf(budget)} known={budget} onDone={() => onEdit(null)} />;
  }
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="text-xs text-muted">Budget, {title.charAt(0).toLowerCase() + title.slice(1)}</span>
      <BudgetState budget={budget} stopped={stopped} />
      <div className="min-w-56 flex-1">
        <BudgetMeters budget={budget} label={title} />
      </div>
      {onEdit ? (
        <Button
          size="sm"
          variant="ghost"
          icon={<Pencil aria-hidden />}
          aria-label={`Change the budget of ${title}`}
          onClick={() => onEdit(budgetKey(budget))}
        >
          Change
        </Button>
      ) : null}
    </div>
  );
}

/** Opened from elsewhere on the page as well, so the limit that is set takes the focus. */
function Editor(props: { target: BudgetTarget; known?: Budget; onDone: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const inputs = [...(box.current?.querySelectorAll("input") ?? [])];
    (inputs.find((input) => input.value !== "") ?? inputs[0])?.focus();
  }, []);
  return (
    <div ref={box} className="rounded-lg border border-line bg-surface p-3">
      <BudgetForm {...props} />
    </div>
  );
}
