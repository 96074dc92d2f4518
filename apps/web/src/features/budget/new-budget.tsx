"use client";
import type { BudgetPeriod } from "@djinnbot/contracts";
import { Card, CardBody, Combobox, Field, Select } from "@djinnbot/ui";
import { useState } from "react";
import { useAllAgents } from "../agent/use-all-agents.ts";
import { BudgetForm, type BudgetTarget } from "./budget-form.tsx";

const team = "team";
const periods = [
  { value: "month", label: "Per month" },
  { value: "day", label: "Per day" },
  { value: "total", label: "In total" },
];

/** A new budget, as it will stand in the list. */
export function NewBudget({ onDone }: { onDone: () => void }) {
  const agents = useAllAgents();
  const [who, setWho] = useState(team);
  const [period, setPeriod] = useState<BudgetPeriod>("month");
  const target: BudgetTarget = who === team ? { scope: "tenant", period } : { scope: "agent", agentId: who, period };
  const options = [
    { value: team, label: "The whole team" },
    ...(agents.items ?? []).map(({ id, name, slug }) => ({ value: id, label: name, hint: slug, group: "One agent" })),
  ];
  return (
    <Card aria-label="New budget">
      <CardBody>
        <BudgetForm target={target} onDone={onDone}>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="For" hint="What is used already counts.">
              <Combobox value={who} onValueChange={setWho} options={options} searchPlaceholder="Search agents" />
            </Field>
            <Field label="Period" hint="Days and months are those of UTC.">
              <Select value={period} onValueChange={(value) => setPeriod(value as BudgetPeriod)} options={periods} />
            </Field>
          </div>
        </BudgetForm>
      </CardBody>
    </Card>
  );
}
