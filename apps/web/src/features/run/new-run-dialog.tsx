"use client";
import { toDjinnError } from "@djinnbot/client";
import { Button, Dialog, DialogContent, Field, Input, Kbd, Select, Textarea } from "@djinnbot/ui";
import { zodResolver } from "@hookform/resolvers/zod";
import { useRouter } from "next/navigation";
import { useEffect, useId } from "react";
import { Controller, type UseFormReturn, useForm } from "react-hook-form";
import { useFormDraft } from "@/features/form/draft.ts";
import { RootFault } from "@/features/form/root-fault.tsx";
import { setFaults } from "@/features/form/set-faults.ts";
import { trpc } from "@/trpc/client.ts";
import { MissingAgents, useNeededAgents } from "./missing-agents.tsx";
import { ModelField } from "./model-field.tsx";
import { emptyNewRun, NewRun, type NewRunInput, type NewRunValues, toCreate } from "./new-run-schema.ts";

type NewRunDialogProps = {
  open: boolean;
  /** Chosen when the dialog opens. */
  pipelineId: string | null;
  onClose: () => void;
};

/** Starts a run. What was typed is kept until it was accepted. */
export function NewRunDialog({ open, pipelineId, onClose }: NewRunDialogProps) {
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      {open ? <NewRunForm pipelineId={pipelineId} onClose={onClose} /> : null}
    </Dialog>
  );
}

type Form = UseFormReturn<NewRunValues, unknown, NewRunInput>;

function useNewRun(pipelineId: string | null) {
  const router = useRouter();
  const utils = trpc.useUtils();
  const form: Form = useForm<NewRunValues, unknown, NewRunInput>({
    resolver: zodResolver<NewRunValues, unknown, NewRunInput>(NewRun as never),
    defaultValues: emptyNewRun,
    mode: "onBlur",
    reValidateMode: "onChange",
  });
  // The first field first: what is wrong is focused in the order in which fields are registered.
  form.register("pipelineId");
  const forget = useFormDraft(form, { key: "new-run" });
  useEffect(() => {
    if (pipelineId !== null) {
      form.setValue("pipelineId", pipelineId);
    }
  }, [form, pipelineId]);
  const create = trpc.runs.create.useMutation();
  const submit = form.handleSubmit(async (input) => {
    try {
      const run = await create.mutateAsync(toCreate(input));
      forget();
      void utils.runs.list.invalidate();
      router.push(`/runs/${run.id}`);
    } catch (error) {
      const fault = toDjinnError(error);
      // Which repositories may be used is only known to the server, and it says so in one sentence.
      if (fault.code === "BAD_REQUEST" && input.repository !== undefined && /repositor|address/i.test(fault.message)) {
        form.setError("repository", { type: "server", message: fault.message }, { shouldFocus: true });
      } else {
        setFaults(form, error);
      }
    }
  });
  return { form, submit, started: create.isSuccess };
}

function NewRunForm({ pipelineId, onClose }: Omit<NewRunDialogProps, "open">) {
  const id = useId();
  const { form, submit, started } = useNewRun(pipelineId);
  const { isSubmitting, errors } = form.formState;
  const chosen = form.watch("pipelineId");
  const agents = useNeededAgents(chosen);
  return (
    <DialogContent
      title="New run"
      description="Agents do the task step by step on a branch of its own."
      size="lg"
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !isSubmitting && !started) {
          event.preventDefault();
          void submit();
        }
      }}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" form={id} variant="primary" loading={isSubmitting || started}>
            Start run <Kbd keys="mod+enter" className="max-sm:hidden" />
          </Button>
        </>
      }
    >
      <form id={id} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <PipelineField form={form} />
        <MissingAgents agents={agents} />
        <Field label="Task" required error={errors.task?.message}>
          <Textarea
            autoGrow
            rows={4}
            placeholder="What should be done, and how will you know that it is done?"
            {...form.register("task")}
          />
        </Field>
        <div className="grid gap-4 sm:grid-cols-[2fr_1fr]">
          <RepositoryField form={form} />
          <Field label="Base branch" optional error={errors.baseBranch?.message} hint="Left out: its default branch.">
            <Input mono autoComplete="off" spellCheck={false} placeholder="main" {...form.register("baseBranch")} />
          </Field>
        </div>
        <Controller
          control={form.control}
          name="modelOverride"
          render={({ field, fieldState }) => (
            <ModelField value={field.value} onChange={field.onChange} error={fieldState.error?.message} />
          )}
        />
        <Field
          label="Context"
          optional
          error={errors.context?.message}
          hint="Handed to the agents beside the task: links, constraints, earlier decisions."
        >
          <Textarea autoGrow rows={2} {...form.register("context")} />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Budget, dollars"
            optional
            error={errors.budgetDollars?.message}
            hint="Left out: the team's default for runs."
          >
            <Input inputMode="decimal" autoComplete="off" placeholder="2.50" {...form.register("budgetDollars")} />
          </Field>
          <Field label="Budget, tokens" optional error={errors.budgetTokens?.message}>
            <Input autoComplete="off" placeholder="500k" {...form.register("budgetTokens")} />
          </Field>
        </div>
        <div ref={(place) => void (errors.root?.server && place?.scrollIntoView({ block: "nearest" }))}>
          <RootFault message={errors.root?.server?.message} />
        </div>
      </form>
    </DialogContent>
  );
}

/** Offers the repositories that the team's latest runs worked on. */
function RepositoryField({ form }: { form: Form }) {
  const list = useId();
  const runs = trpc.runs.list.useQuery({ limit: 100 });
  const used = new Set(runs.data?.items.flatMap(({ repository }) => repository ?? []));
  return (
    <Field
      label="Repository"
      optional
      error={form.formState.errors.repository?.message}
      hint="A public https address, or a path the operator allows. Where the result cannot be pushed, download it. Left out: a fresh, empty repository."
    >
      <Input
        mono
        autoComplete="off"
        spellCheck={false}
        placeholder="https://github.com/team/project"
        list={list}
        {...form.register("repository")}
      />
      <datalist id={list}>
        {[...used].map((repository) => (
          <option key={repository} value={repository} />
        ))}
      </datalist>
    </Field>
  );
}

function PipelineField({ form }: { form: Form }) {
  const pipelines = trpc.pipelines.list.useQuery({});
  const options = [...(pipelines.data ?? [])]
    .sort((a, b) => Number(a.isGlobal) - Number(b.isGlobal))
    .map((pipeline) => ({
      value: pipeline.id,
      label: pipeline.name,
      group: pipeline.isGlobal ? "Comes with the platform" : "Your own",
    }));
  return (
    <Controller
      control={form.control}
      name="pipelineId"
      render={({ field, fieldState }) => {
        const chosen = pipelines.data?.find((pipeline) => pipeline.id === field.value);
        return (
          <Field
            label="Pipeline"
            required
            error={pipelines.isError ? "The pipelines could not be loaded." : fieldState.error?.message}
            hint={chosen?.description || "Says which agents do what in which order."}
          >
            <Select
              ref={field.ref}
              value={field.value}
              onValueChange={field.onChange}
              options={options}
              placeholder={pipelines.isPending ? "Loading…" : "Choose a pipeline"}
            />
          </Field>
        );
      }}
    />
  );
}
