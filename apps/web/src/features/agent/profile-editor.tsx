"use client";
import { type AgentDetail, agents } from "@djinnbot/contracts";
import { Button, Card, CardBody, CardFooter, CardHeader, Field, Input, Textarea } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { IdCard } from "lucide-react";
import { useForm } from "react-hook-form";
import { trpc } from "@/trpc/client.ts";
import { useFormDraft } from "../form/draft.ts";
import { problem } from "../form/problem.ts";
import { RootFault } from "../form/root-fault.tsx";
import { setFaults } from "../form/set-faults.ts";

const schema = agents.update.input
  .pick({ name: true, emoji: true, role: true, description: true })
  .required({ name: true });

/** How the agent appears in lists and to its colleagues. */
export function ProfileEditor({ agent }: { agent: AgentDetail }) {
  const utils = trpc.useUtils();
  const update = trpc.agents.update.useMutation();
  const { name, description } = agent;
  const form = useForm({
    resolver: zodResolver(schema),
    values: { name, description, emoji: agent.emoji ?? "", role: agent.role ?? "" },
    resetOptions: { keepDirtyValues: true },
    mode: "onTouched",
  });
  const forget = useFormDraft(form, { key: `agent-profile:${agent.id}` });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = form.handleSubmit(async (input) => {
    try {
      await update.mutateAsync({ agentId: agent.id, ...input, emoji: input.emoji || null, role: input.role || null });
      forget();
      form.reset(form.getValues());
      await Promise.all([
        utils.agents.get.invalidate(),
        utils.agents.list.invalidate(),
        utils.agents.status.invalidate(),
      ]);
    } catch (error) {
      setFaults(form, error);
    }
  });
  return (
    <Card asChild>
      <form onSubmit={submit} noValidate>
        <CardHeader
          icon={<IdCard aria-hidden />}
          title="Appearance"
          description="The short name stays: pipelines call the agent by it."
        />
        <CardBody className="flex flex-col gap-4">
          <div className="grid grid-cols-[minmax(0,1fr)_6rem] gap-3">
            <Field label="Name" error={problem(errors.name)}>
              <Input {...form.register("name")} autoComplete="off" />
            </Field>
            <Field label="Emoji" optional error={problem(errors.emoji)}>
              <Input {...form.register("emoji")} autoComplete="off" className="text-center" />
            </Field>
          </div>
          <Field label="Role" optional error={problem(errors.role)}>
            <Input
              {...form.register("role", { setValueAs: (value: string) => value.trim() || null })}
              autoComplete="off"
            />
          </Field>
          <Field label="Description" optional error={problem(errors.description)}>
            <Textarea {...form.register("description")} rows={3} />
          </Field>
          <RootFault message={errors.root?.server?.message} />
        </CardBody>
        <CardFooter>
          <Button type="submit" variant="primary" loading={isSubmitting} disabled={!isDirty}>
            Save
          </Button>
          <span role="status">{isDirty ? "Unsaved changes" : update.isSuccess ? "Saved" : ""}</span>
        </CardFooter>
      </form>
    </Card>
  );
}
