"use client";
import { Button, Dialog, DialogContent, Field, Textarea } from "@djinnbot/ui";
import { type FormEvent, useId, useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";

type RestartDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  runId: string;
  /** Null: from the first step. */
  stepId: string | null;
};

/** Starts a finished run again, whole or from a step, with a word to the agent if there is one. */
export function RestartDialog({ open, onOpenChange, runId, stepId }: RestartDialogProps) {
  const [context, setContext] = useState("");
  const form = useId();
  const restart = useRestart({ runId, stepId, onDone: () => onOpenChange(false) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    restart.start(context);
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
          {restart.error ? (
            <FaultState
              compact
              title="The run was not restarted"
              error={restart.error}
              onRetry={() => restart.start(context)}
            />
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
  const start = (text: string) => {
    const context = text.trim() === "" ? null : text.trim();
    if (stepId === null) {
      whole.mutate({ runId, context });
    } else {
      part.mutate({ runId, stepId, context });
    }
  };
  return { start, isPending: whole.isPending || part.isPending, error: whole.error ?? part.error };
}
