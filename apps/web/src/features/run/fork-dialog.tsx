"use client";
import type { RunDetail } from "@djinnbot/contracts";
import { Button, Dialog, DialogContent, Field, Select, Textarea } from "@djinnbot/ui";
import { useRouter } from "next/navigation";
import { type FormEvent, useId, useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { ModelField } from "./model-field.tsx";

type ForkDialogProps = { open: boolean; onOpenChange: (open: boolean) => void; run: RunDetail };

const FIRST = "";

/** A new run from a step of this one, with another task or model if wanted; this one stays as it is. */
export function ForkDialog({ open, onOpenChange, run }: ForkDialogProps) {
  const reached = [...new Set(run.steps.map((step) => step.stepId))];
  const [stepId, setStepId] = useState(FIRST);
  const [task, setTask] = useState(run.task);
  const [model, setModel] = useState(run.modelOverride ?? "");
  const form = useId();
  const router = useRouter();
  const utils = trpc.useUtils();
  const fork = trpc.runs.fork.useMutation({
    onSuccess: ({ id }) => {
      void utils.runs.list.invalidate();
      onOpenChange(false);
      router.push(`/runs/${id}`);
    },
  });
  const start = () =>
    fork.mutate({
      runId: run.id,
      modelOverride: model === "" ? null : model,
      ...(stepId === FIRST ? {} : { stepId }),
      ...(task.trim() === "" ? {} : { task }),
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start();
  };
  const options = [{ value: "first", label: "The first step" }, ...reached.map((id) => ({ value: id, label: id }))];
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent
        title="Fork the run"
        description="A new run begins at the step with what was known and committed there. This one stays as it is."
        footer={
          <>
            <Button variant="ghost" onClick={() => onOpenChange(false)}>
              Close
            </Button>
            <Button type="submit" form={form} variant="primary" loading={fork.isPending}>
              Start the fork
            </Button>
          </>
        }
      >
        <form id={form} onSubmit={submit} className="flex flex-col gap-4">
          <Field label="Begin at">
            <Select
              aria-label="Begin at"
              value={stepId === FIRST ? "first" : stepId}
              onValueChange={(value) => setStepId(value === "first" ? FIRST : value)}
              options={options}
            />
          </Field>
          <Field label="Task">
            <Textarea
              autoGrow
              rows={3}
              maxLength={50_000}
              value={task}
              onChange={(event) => setTask(event.target.value)}
            />
          </Field>
          <ModelField value={model} onChange={setModel} error={undefined} />
          {fork.error ? (
            <FaultState compact title="The fork was not started" error={fork.error} onRetry={start} />
          ) : null}
        </form>
      </DialogContent>
    </Dialog>
  );
}
