"use client";
import type { RunDetail } from "@djinnbot/contracts";
import { Button, Dialog, DialogContent, Field, Textarea, toast } from "@djinnbot/ui";
import { type FormEvent, useId, useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";

type SayDialogProps = { open: boolean; onOpenChange: (open: boolean) => void; run: RunDetail };

/** A word to the agent that works now; it hears it before its next turn. */
export function SayDialog({ open, onOpenChange, run }: SayDialogProps) {
  const [text, setText] = useState("");
  const form = useId();
  const utils = trpc.useUtils();
  const say = trpc.runs.inject.useMutation({
    onSuccess: ({ stepId }) => {
      void utils.runs.get.invalidate({ runId: run.id });
      toast.success(`Told to the agent of ${stepId}`);
      setText("");
      onOpenChange(false);
    },
  });
  const send = () => say.mutate({ runId: run.id, text });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent
        title="Say something to the agent"
        description="It hears it before its next turn. The words are kept with the step."
        footer={
          <>
            <Button variant="ghost" onClick={() => onOpenChange(false)}>
              Close
            </Button>
            <Button type="submit" form={form} variant="primary" loading={say.isPending} disabled={text.trim() === ""}>
              Say it
            </Button>
          </>
        }
      >
        <form id={form} onSubmit={submit} className="flex flex-col gap-4">
          <Field label="What it should know">
            <Textarea
              autoGrow
              rows={3}
              maxLength={20_000}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
          {say.error ? <FaultState compact title="Nobody heard it" error={say.error} onRetry={send} /> : null}
        </form>
      </DialogContent>
    </Dialog>
  );
}
