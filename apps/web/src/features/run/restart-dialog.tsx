"use client";
import { Button, Dialog, DialogContent, Field, Textarea } from "@djinnbot/ui";
import { type FormEvent, useId, useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { ModelField } from "./model-field.tsx";

type RestartDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  runId: string;
  /** Null: from the first step. */
  stepId: string | null;
};

/** Starts a finished run again, whole or from a step, with a word to the agent or another model if wanted. */
export function RestartDialog({ open, onOpenChange, runId, stepId }: RestartDialogProps) {
  const [context, setContext] = useState("");
  const stored = trpc.runs.get.useQuery({ runId }).data?.modelOverride ?? null;
  const [chosen, setChosen] = useState<string | null>(null);
  const model = chosen ?? stored ?? "";
  const form = useId();
  const restart = useRestart({ runId, stepId, onDone: () => onOpenChange(false) });
  const start = () => restart.start(context, model === (stored ?? "") ? undefined : model || null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start();
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent
        title={stepId === null ? "Restart the run" : `Restart from ${stepId}`}
        description={
          stepId === null
            ? "Begins at the first step with a clean working copy. Earlier attempts stay readable."
            : "Outputs of the steps before it stay and are used. Earlier attempts stay readable."
        }
        footer={
          <>
            <Button variant="ghost" onClick={() => onOpenChange(false)}>
              Close
            </Button>
            <Button type="submit" form={form} variant="primary" loading={restart.isPending}>
              {stepId === null ? "Restart run" : "Restart from this step"}
            </Button>
          </>
        }
      >
        <form id={form} onSubmit={submit} className="flex flex-col gap-4">
          <Field label="Word to the agent" optional hint="Added to the instruction of the first step that runs.">
            <Textarea
              autoGrow
              rows={3}
              maxLength={20_000}
              value={context}
              onChange={(event) => setContext(event.target.value)}
              placeholder="What should be done differently this time?"
            />
          </Field>
          <ModelField value={model} onChange={setChosen} error={undefined} />
          {restart.error ? (
            <FaultState compact title="The run was not restarted" error={restart.error} onRetry={start} />
          ) : null}
        </form>
      </DialogContent>
    </Dialog>
  );
}

function useRestart({ runId, stepId, onDone }: { runId: string; stepId: string | null; onDone: () => void }) {
  const utils = trpc.useUtils();
  const options = {
    onSuccess: () => {
      void utils.runs.get.invalidate({ runId });
      onDone();
    },
  };
  const whole = trpc.runs.restart.useMutation(options);
  const part = trpc.steps.restart.useMutation(options);
  const update = trpc.runs.update.useMutation();
  /** `model` is what every step uses from now on; null for what is configured, left out to leave it as it is. */
  const start = (text: string, model: string | null | undefined) => {
    const context = text.trim() === "" ? null : text.trim();
    const again = () => (stepId === null ? whole.mutate({ runId, context }) : part.mutate({ runId, stepId, context }));
    if (model === undefined) {
      again();
    } else {
      update.mutate({ runId, modelOverride: model }, { onSuccess: again });
    }
  };
  const all = [update, whole, part];
  return {
    start,
    isPending: all.some((mutation) => mutation.isPending),
    error: update.error ?? whole.error ?? part.error,
  };
}
