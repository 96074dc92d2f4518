"use client";
import { Combobox, Field, IconButton } from "@djinnbot/ui";
import { X } from "lucide-react";
import { modelOptions, usableProviders } from "@/features/settings/models.ts";
import { trpc } from "@/trpc/client.ts";

type ModelFieldProps = { value: string; onChange: (value: string) => void; error: string | undefined };

/** Which model all agents of the run use, out of what is configured; any `provider/model` may be typed. */
export function ModelField({ value, onChange, error }: ModelFieldProps) {
  const providers = trpc.settings.providers.useQuery({});
  return (
    <Field
      label="Model"
      optional
      error={error}
      hint="Used for every step of this run. Left out: what agent, pipeline and settings say."
    >
      <div className="flex items-center gap-1">
        <Combobox
          value={value}
          onValueChange={onChange}
          options={modelOptions(usableProviders(providers.data ?? []))}
          placeholder="As configured"
          searchPlaceholder="Find a model, or type provider/model"
          emptyText="No configured provider lists this model."
          allowCustom
          loading={providers.isPending}
        />
        {value === "" ? null : (
          <IconButton label="Use what is configured" icon={<X aria-hidden />} onClick={() => onChange("")} />
        )}
      </div>
    </Field>
  );
}
