"use client";
import { apiKeys, grantableScopes, type Scope } from "@djinnbot/contracts";
import { Button, Dialog, DialogContent, Field, Input, Select, SkeletonText } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { problem } from "../form/problem.ts";
import { RootFault } from "../form/root-fault.tsx";
import { setFaults } from "../form/set-faults.ts";
import { grantable, scopePresets } from "./key-scopes.ts";
import { NewKey } from "./new-key.tsx";
import { ScopeChoice } from "./scope-choice.tsx";

const schema = apiKeys.create.input.required({ scopes: true });
const formId = "create-key";
const never = "never";
const expiries = [
  { value: "7", label: "in 7 days" },
  { value: "30", label: "in 30 days" },
  { value: "90", label: "in 90 days" },
  { value: "365", label: "in a year" },
  { value: never, label: "never" },
];

/** A new key; the key itself is shown once. */
export function CreateKeyDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      {open ? <CreateKey onClose={onClose} /> : null}
    </Dialog>
  );
}

function CreateKey({ onClose }: { onClose: () => void }) {
  const me = trpc.auth.me.useQuery({});
  const [key, setKey] = useState<string | null>(null);
  if (key !== null) {
    return <NewKey apiKey={key} onClose={onClose} />;
  }
  if (me.data) {
    const own = grantableScopes.filter((scope) => me.data.scopes.includes(scope));
    return <CreateKeyForm own={own} onMade={setKey} onClose={onClose} />;
  }
  return (
    <DialogContent title="New API key">
      {me.error ? (
        <FaultState title="Your rights could not be loaded" error={me.error} onRetry={() => void me.refetch()} />
      ) : (
        <SkeletonText lines={6} />
      )}
    </DialogContent>
  );
}

type CreateKeyFormProps = { own: readonly Scope[]; onMade: (key: string) => void; onClose: () => void };

function CreateKeyForm({ own, onMade, onClose }: CreateKeyFormProps) {
  const utils = trpc.useUtils();
  const create = trpc.apiKeys.create.useMutation();
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: {
      name: "",
      expiresInDays: 90 as number | undefined,
      scopes: grantable(scopePresets[1]?.scopes ?? [], own),
    },
    mode: "onTouched",
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (input) => {
    try {
      const made = await create.mutateAsync(input);
      onMade(made.key);
      await utils.apiKeys.list.invalidate();
    } catch (error) {
      setFaults(form, error);
    }
  });
  const footer = (
    <>
      <Button variant="ghost" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" form={formId} variant="primary" loading={isSubmitting}>
        Create the key
      </Button>
    </>
  );
  return (
    <DialogContent title="New API key" description="It never may more than you may." footer={footer}>
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-4">
        <div className="grid gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
          <Field label="Name" hint="Where it is used." error={errors.name && "1 to 256 characters."}>
            <Input {...form.register("name")} placeholder="CI of the shop" autoComplete="off" />
          </Field>
          <Field label="Expires" error={problem(errors.expiresInDays)}>
            <Controller
              control={form.control}
              name="expiresInDays"
              render={({ field }) => (
                <Select
                  value={field.value === undefined ? never : String(field.value)}
                  onValueChange={(value) => field.onChange(value === never ? undefined : Number(value))}
                  options={expiries}
                />
              )}
            />
          </Field>
        </div>
        <Controller
          control={form.control}
          name="scopes"
          render={({ field }) => (
            <ScopeChoice
              own={own}
              value={field.value}
              onChange={field.onChange}
              error={errors.scopes && "Choose at least one."}
            />
          )}
        />
        <RootFault message={errors.root?.server?.message} />
      </form>
    </DialogContent>
  );
}
