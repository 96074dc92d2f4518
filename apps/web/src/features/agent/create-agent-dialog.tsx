"use client";
import { agents, slugify } from "@djinnbot/contracts";
import { Button, Dialog, DialogContent, Field, Input, Textarea } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { useRouter } from "next/navigation";
import { Controller, useForm } from "react-hook-form";
import { trpc } from "@/trpc/client.ts";
import { useFormDraft } from "../form/draft.ts";
import { optionalText } from "../form/optional-text.ts";
import { problem } from "../form/problem.ts";
import { RootFault } from "../form/root-fault.tsx";
import { setFaults } from "../form/set-faults.ts";
import { ModelCombobox } from "../settings/model-combobox.tsx";

const { name, slug, emoji, role, description, model } = agents.create.input.shape;
const schema = agents.create.input.pick({ name: true }).extend({
  name,
  slug: optionalText(slug),
  emoji: optionalText(emoji),
  role: optionalText(role),
  description,
  model: optionalText(model),
});
const formId = "create-agent";

/** A new agent from scratch; its character is written afterwards on its page. */
export function CreateAgentDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      {open ? <CreateAgent onClose={onClose} /> : null}
    </Dialog>
  );
}

function CreateAgent({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const utils = trpc.useUtils();
  const create = trpc.agents.create.useMutation();
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { name: "", slug: "", emoji: "", role: "", description: "", model: "" },
    mode: "onTouched",
  });
  const forget = useFormDraft(form, { key: "create-agent" });
  const { errors, isSubmitting } = form.formState;
  const typed = form.watch("name");

  const submit = form.handleSubmit(async (input) => {
    try {
      const agent = await create.mutateAsync(input);
      forget();
      await Promise.all([utils.agents.list.invalidate(), utils.agents.status.invalidate()]);
      router.push(`/agents/${agent.slug}?tab=persona`);
    } catch (error) {
      setFaults(form, error, { conflict: "slug" });
    }
  });
  const footer = (
    <>
      <Button variant="ghost" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" form={formId} variant="primary" loading={isSubmitting}>
        Create the agent
      </Button>
    </>
  );
  return (
    <DialogContent title="New agent" description="You write its character on the next page." footer={footer}>
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-4">
        <div className="grid grid-cols-[minmax(0,1fr)_6rem] gap-3">
          <Field label="Name" error={errors.name && "1 to 256 characters."}>
            <Input {...form.register("name")} autoComplete="off" />
          </Field>
          <Field label="Emoji" optional error={problem(errors.emoji)}>
            <Input {...form.register("emoji")} autoComplete="off" className="text-center" />
          </Field>
        </div>
        <Field
          label="Short name"
          optional
          hint={`Pipelines call the agent by it.${typed.trim() === "" ? "" : ` Left out: ${slugify(typed, "agent")}.`}`}
          error={problem(errors.slug)}
        >
          <Input {...form.register("slug")} mono autoComplete="off" spellCheck={false} />
        </Field>
        <Field label="Role" optional error={problem(errors.role)}>
          <Input {...form.register("role")} placeholder="Database engineer" autoComplete="off" />
        </Field>
        <Field label="Description" optional error={problem(errors.description)}>
          <Textarea {...form.register("description")} rows={3} placeholder="What this agent is good at" />
        </Field>
        <Field label="Model" optional error={problem(errors.model)}>
          <Controller
            control={form.control}
            name="model"
            render={({ field }) => (
              <ModelCombobox
                value={String(field.value ?? "")}
                onValueChange={field.onChange}
                none="The team's default"
              />
            )}
          />
        </Field>
        <RootFault message={errors.root?.server?.message} />
      </form>
    </DialogContent>
  );
}
