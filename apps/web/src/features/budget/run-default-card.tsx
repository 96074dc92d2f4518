"use client";
import type { Settings } from "@djinnbot/contracts";
import { Field, Input } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { Play } from "lucide-react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { trpc } from "@/trpc/client.ts";
import { problem } from "../form/problem.ts";
import { setFaults } from "../form/set-faults.ts";
import { FormCard } from "../settings/form-card.tsx";
import { DollarText, showDollars, showTokens, TokenText } from "./amount.ts";

const schema = z.object({ defaultRunBudgetMicros: DollarText, defaultRunBudgetTokens: TokenText });
const orNone = (amount: number) => (amount === 0 ? null : amount);

/** What every new run may spend when nobody says otherwise. */
export function RunDefaultCard({ settings, mayChange }: { settings: Settings; mayChange: boolean }) {
  const utils = trpc.useUtils();
  const update = trpc.settings.update.useMutation();
  const form = useForm<z.input<typeof schema>, unknown, z.output<typeof schema>>({
    resolver: zodResolver(schema),
    values: {
      defaultRunBudgetMicros: showDollars(orNone(settings.defaultRunBudgetMicros)),
      defaultRunBudgetTokens: showTokens(orNone(settings.defaultRunBudgetTokens)),
    },
    resetOptions: { keepDirtyValues: true },
    mode: "onTouched",
  });
  const { errors, isDirty, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ defaultRunBudgetMicros, defaultRunBudgetTokens }) => {
    try {
      const input = {
        defaultRunBudgetMicros: defaultRunBudgetMicros ?? 0,
        defaultRunBudgetTokens: defaultRunBudgetTokens ?? 0,
      };
      utils.settings.get.setData({}, await update.mutateAsync(input));
      form.reset(form.getValues());
    } catch (error) {
      setFaults(form, error);
    }
  });
  return (
    <FormCard
      title="Each run"
      description="New runs may spend this unless they are started with limits of their own; members cannot go above it."
      icon={<Play aria-hidden />}
      onSubmit={submit}
      isDirty={isDirty && mayChange}
      isSubmitting={isSubmitting}
      done={update.isSuccess ? "Saved" : ""}
      fault={errors.root?.server?.message}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Dollars per run" error={problem(errors.defaultRunBudgetMicros)}>
          <Input
            {...form.register("defaultRunBudgetMicros")}
            inputMode="decimal"
            autoComplete="off"
            placeholder="No limit"
            readOnly={!mayChange}
          />
        </Field>
        <Field label="Tokens per run" error={problem(errors.defaultRunBudgetTokens)}>
          <Input
            {...form.register("defaultRunBudgetTokens")}
            autoComplete="off"
            placeholder="No limit"
            readOnly={!mayChange}
          />
        </Field>
      </div>
    </FormCard>
  );
}
