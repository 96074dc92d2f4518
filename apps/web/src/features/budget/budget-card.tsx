"use client";
import type { Budget } from "@djinnbot/contracts";
import { Button, Card, CardBody, formatDateTime, RelativeTime, toast, withUndo } from "@djinnbot/ui";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { BudgetForm } from "./budget-form.tsx";
import { BudgetMeters } from "./budget-meter.tsx";
import { BudgetState } from "./budget-state.tsx";

type BudgetCardProps = { budget: Budget; title: string; mayChange: boolean };

/** One budget: how much is used, against which limit, until when; edited where it stands. */
export function BudgetCard({ budget, title, mayChange }: BudgetCardProps) {
  const [editing, setEditing] = useState(false);
  return (
    <Card>
      <CardBody className="flex flex-col gap-3">
        <div className="flex flex-wrap items-center justify-between gap-2">
          <h3 className="flex min-w-0 flex-wrap items-center gap-2 text-sm font-semibold">
            {title}
            <BudgetState budget={budget} />
          </h3>
          {mayChange && !editing ? (
            <div className="flex gap-1">
              <Button
                size="sm"
                icon={<Pencil aria-hidden />}
                aria-label={`Change the budget ${title}`}
                onClick={() => setEditing(true)}
              >
                Change
              </Button>
              <LiftButton budget={budget} title={title} />
            </div>
          ) : null}
        </div>
        {editing ? (
          <BudgetForm target={targetOf(budget)} known={budget} onDone={() => setEditing(false)} />
        ) : (
          <BudgetMeters budget={budget} label={title} />
        )}
        <Facts budget={budget} />
      </CardBody>
    </Card>
  );
}

function Facts({ budget: { hard, warnPercent, usage } }: { budget: Budget }) {
  const { periodEnd } = usage;
  return (
    <p className="text-xs text-muted">
      {hard ? "Model calls are refused when it is used up" : "It only warns"}
      {warnPercent === null ? "" : `; warning at ${warnPercent}\u00a0%`}.{" "}
      {periodEnd === null ? null : (
        <span title={formatDateTime(periodEnd)}>
          Begins anew <RelativeTime at={periodEnd} /> (midnight UTC).
        </span>
      )}
    </p>
  );
}

/** What a budget limits, as the operation wants it. */
export function targetOf({ scope, period, agentId, runId, stepId }: Budget) {
  return {
    scope,
    period,
    ...(agentId === null ? {} : { agentId }),
    ...(runId === null ? {} : { runId }),
    ...(stepId === null ? {} : { stepId }),
  };
}

/** Lifts at once, and offers to set it again. */
function LiftButton({ budget, title }: { budget: Budget; title: string }) {
  const utils = trpc.useUtils();
  const put = trpc.budgets.put.useMutation({ onSettled: () => utils.budgets.list.invalidate() });
  const remove = trpc.budgets.delete.useMutation({
    onSuccess: () => {
      const { costMicros, tokens, hard, warnPercent } = budget;
      const again = () => put.mutate({ ...targetOf(budget), costMicros, tokens, hard, warnPercent });
      toast(`The budget ${title} is lifted.`, withUndo(again));
    },
    onError: (error) => toast.error(`The budget could not be lifted. ${error.message}`),
    onSettled: () => utils.budgets.list.invalidate(),
  });
  return (
    <Button
      size="sm"
      variant="ghost"
      icon={<Trash2 aria-hidden />}
      aria-label={`Lift the budget ${title}`}
      loading={remove.isPending}
      onClick={() => remove.mutate({ budgetId: budget.id })}
    >
      Lift
    </Button>
  );
}
