"use client";
import type { Budget } from "@djinnbot/contracts";
import { Button } from "@djinnbot/ui";
import { Gauge, Pencil } from "lucide-react";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { useMay } from "../shell/viewer.tsx";
import { targetOf } from "./budget-card.tsx";
import { BudgetForm } from "./budget-form.tsx";
import { BudgetMeters } from "./budget-meter.tsx";
import { BudgetState } from "./budget-state.tsx";
import { budgetTitle } from "./budget-words.ts";

/** What the run and its steps have spent of what they may; changed where it stands. */
export function RunBudget({ runId }: { runId: string }) {
  const mayChange = useMay("settings:write");
  const budgets = trpc.budgets.list.useQuery({ runId, limit: 200 });
  const [adding, setAdding] = useState(false);
  const items = [...(budgets.data?.items ?? [])].sort((a, b) => a.scope.localeCompare(b.scope));
  if (!budgets.data || (items.length === 0 && !mayChange)) {
    return null;
  }
  if (adding) {
    return (
      <section aria-label="Budget of the run" className="rounded-lg border border-line bg-surface p-3">
        <BudgetForm target={{ scope: "run", runId }} onDone={() => setAdding(false)} />
      </section>
    );
  }
  if (items.length === 0) {
    return (
      <div>
        <Button size="sm" variant="ghost" icon={<Gauge aria-hidden />} onClick={() => setAdding(true)}>
          Set a budget for this run
        </Button>
      </div>
    );
  }
  return (
    <section aria-label="Budget of the run" className="flex flex-col gap-2">
      {items.map((budget) => (
        <RunBudgetRow key={budget.id} budget={budget} mayChange={mayChange} />
      ))}
    </section>
  );
}

function RunBudgetRow({ budget, mayChange }: { budget: Budget; mayChange: boolean }) {
  const [editing, setEditing] = useState(false);
  const title = budgetTitle(budget, []);
  if (editing) {
    return (
      <div className="rounded-lg border border-line bg-surface p-3">
        <BudgetForm target={targetOf(budget)} known={budget} onDone={() => setEditing(false)} />
      </div>
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="text-xs text-muted">Budget, {title.charAt(0).toLowerCase() + title.slice(1)}</span>
      <BudgetState budget={budget} />
      <div className="min-w-56 flex-1">
        <BudgetMeters budget={budget} label={title} />
      </div>
      {mayChange ? (
        <Button
          size="sm"
          variant="ghost"
          icon={<Pencil aria-hidden />}
          aria-label={`Change the budget of ${title}`}
          onClick={() => setEditing(true)}
        >
          Change
        </Button>
      ) : null}
    </div>
  );
}
