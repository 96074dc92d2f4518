"use client";
import type { Budget, BudgetPeriod, BudgetScope } from "@djinnbot/contracts";
import { Button, Field, Input, Select } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { Controller, type UseFormReturn, useForm } from "react-hook-form";
import { z } from "zod";
import { trpc } from "@/trpc/client.ts";
import { problem } from "../form/problem.ts";
import { RootFault } from "../form/root-fault.tsx";
import { setFaults } from "../form/set-faults.ts";
import { DollarText, showDollars, showTokens, TokenText } from "./amount.ts";

const schema = z
  .object({
    costMicros: DollarText,
    tokens: TokenText,
    hard: z.enum(["stop", "warn"]),
    warnPercent: z.string().regex(/^$|^([1-9]\d?|100)$/, "1 to 100, or empty for no warning"),
  })
  .refine(({ costMicros, tokens }) => costMicros !== null || tokens !== null, {
    path: ["costMicros"],
    message: "Give dollars, tokens or both",
  });
export type BudgetTarget = {
  scope: BudgetScope;
  agentId?: string;
  runId?: string;
  stepId?: string;
  period?: BudgetPeriod;
};
type Values = z.input<typeof schema>;
type Limits = z.output<typeof schema>;
const actions = [
  { value: "stop", label: "Refuse model calls" },
  { value: "warn", label: "Only warn" },
];

type BudgetFormProps = {
  /** What the limits are for; null while it is not chosen. */
  target: BudgetTarget | null;
  known?: Budget;
  onDone: () => void;
  /** Stands above the limits, for what is chosen with them. */
  children?: React.ReactNode;
};

/** The limits of one budget, where they are shown. */
export function BudgetForm({ target, known, onDone, children }: BudgetFormProps) {
  const utils = trpc.useUtils();
  const put = trpc.budgets.put.useMutation();
  const form = useForm<Values, unknown, Limits>({
    resolver: zodResolver(schema),
    defaultValues: {
      costMicros: showDollars(known?.costMicros ?? null),
      tokens: showTokens(known?.tokens ?? null),
      hard: known && !known.hard ? "warn" : "stop",
      warnPercent: known ? String(known.warnPercent ?? "") : "80",
    },
    mode: "onTouched",
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ hard, warnPercent, ...limits }) => {
    if (target === null) {
      return;
    }
    try {
      const warn = warnPercent === "" ? null : Number(warnPercent);
      await put.mutateAsync({ ...target, ...limits, hard: hard === "stop", warnPercent: warn });
      await utils.budgets.list.invalidate();
      onDone();
    } catch (error) {
      setFaults(form, error);
    }
  });
  return (
    <form
      onSubmit={submit}
      noValidate
      className="flex flex-col gap-4"
      onKeyDown={(event) => event.key === "Escape" && onDone()}
    >
      {children}
      <LimitFields form={form} />
      <RootFault message={errors.root?.server?.message} />
      <div className="flex gap-2">
        <Button type="submit" size="sm" variant="primary" loading={isSubmitting} disabled={target === null}>
          Save
        </Button>
        <Button size="sm" variant="ghost" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function LimitFields({ form }: { form: UseFormReturn<Values, unknown, Limits> }) {
  const { errors } = form.formState;
  return (
    <div className="grid gap-4 sm:grid-cols-4">
      <Field label="Dollars" error={problem(errors.costMicros)}>
        <Input {...form.register("costMicros")} inputMode="decimal" autoComplete="off" placeholder="No limit" />
      </Field>
      <Field label="Tokens" error={problem(errors.tokens)}>
        <Input {...form.register("tokens")} autoComplete="off" placeholder="No limit" />
      </Field>
      <Field label="When used up">
        <Controller
          control={form.control}
          name="hard"
          render={({ field }) => <Select value={field.value} onValueChange={field.onChange} options={actions} />}
        />
      </Field>
      <Field label="Warn at, percent" error={problem(errors.warnPercent)}>
        <Input {...form.register("warnPercent")} inputMode="numeric" autoComplete="off" placeholder="Never" />
      </Field>
    </div>
  );
}
