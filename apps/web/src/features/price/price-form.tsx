"use client";
import { type Price, prices } from "@djinnbot/contracts";
import { Button, Field, Input } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { trpc } from "@/trpc/client.ts";
import { readDollars, readTokens, showDollars, showTokens } from "../budget/amount.ts";
import { problem } from "../form/problem.ts";
import { RootFault } from "../form/root-fault.tsx";
import { setFaults } from "../form/set-faults.ts";

const dollars = z.string().transform((text, context) => {
  const micros = readDollars(text);
  if (micros === null) {
    context.addIssue({ code: "custom", message: "Dollars, like 3 or 0.25" });
  }
  return micros ?? 0;
});
const optional = (read: (text: string) => number | null, words: string) =>
  z.string().transform((text, context) => {
    const value = text.trim() === "" ? null : read(text);
    if (text.trim() !== "" && value === null) {
      context.addIssue({ code: "custom", message: words });
    }
    return value;
  });
const schema = z.object({
  model: prices.put.input.shape.model,
  inputMicros: dollars,
  outputMicros: dollars,
  cacheReadMicros: optional(readDollars, "Dollars, or empty"),
  cacheWriteMicros: optional(readDollars, "Dollars, or empty"),
  contextWindow: optional(readTokens, "Tokens like 200k, or empty"),
});

/** The team's own price of a model; `base` is the price it starts from. */
export function PriceForm({ base, onDone }: { base: Price | null; onDone: () => void }) {
  const utils = trpc.useUtils();
  const put = trpc.prices.put.useMutation();
  const form = useForm<z.input<typeof schema>, unknown, z.output<typeof schema>>({
    resolver: zodResolver(schema),
    defaultValues: {
      model: base?.model ?? "",
      inputMicros: showDollars(base?.inputMicros ?? null),
      outputMicros: showDollars(base?.outputMicros ?? null),
      cacheReadMicros: showDollars(base?.cacheReadMicros ?? null),
      cacheWriteMicros: showDollars(base?.cacheWriteMicros ?? null),
      contextWindow: showTokens(base?.contextWindow ?? null),
    },
    mode: "onTouched",
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (input) => {
    try {
      await put.mutateAsync(input);
      await utils.prices.list.invalidate();
      onDone();
    } catch (error) {
      setFaults(form, error);
    }
  });
  const amounts = [
    ["inputMicros", "Input"],
    ["outputMicros", "Output"],
    ["cacheReadMicros", "Cache read"],
    ["cacheWriteMicros", "Cache write"],
  ] as const;
  return (
    <form
      onSubmit={submit}
      noValidate
      className="flex flex-col gap-4"
      onKeyDown={(event) => event.key === "Escape" && onDone()}
    >
      <div className="grid gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Field label="Model" hint="provider/model; a * at the end means any ending." error={problem(errors.model)}>
          <Input {...form.register("model")} mono autoComplete="off" spellCheck={false} readOnly={base !== null} />
        </Field>
        <Field label="Context, tokens" optional error={problem(errors.contextWindow)}>
          <Input {...form.register("contextWindow")} autoComplete="off" placeholder="Unknown" />
        </Field>
      </div>
      <fieldset className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        <legend className="sr-only">Dollars for a million tokens</legend>
        {amounts.map(([name, label]) => (
          <Field key={name} label={`${label}, $ / million`} error={problem(errors[name])}>
            <Input
              {...form.register(name)}
              inputMode="decimal"
              autoComplete="off"
              placeholder={name.startsWith("cache") ? "Like input" : "0"}
            />
          </Field>
        ))}
      </fieldset>
      <RootFault message={errors.root?.server?.message} />
      <div className="flex gap-2">
        <Button type="submit" size="sm" variant="primary" loading={isSubmitting}>
          Save the price
        </Button>
        <Button size="sm" variant="ghost" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
