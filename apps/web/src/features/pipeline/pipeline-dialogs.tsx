"use client";
import { pipelines as operations, type Pipeline, slugify } from "@djinnbot/contracts";
import { Button, ConfirmDialog, Dialog, DialogContent, Field, Input, Select } from "@djinnbot/ui";
import { useRouter } from "next/navigation";
import { type FormEvent, useId, useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { blankPipeline } from "./blank.ts";

const BLANK = "(blank)";

type CreateDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  pipelines: readonly Pipeline[];
  /** The pipeline to start from; null: a blank one. */
  from: string | null;
};

/** Makes a pipeline of one's own, blank or as a copy. */
export function CreatePipelineDialog({ open, onOpenChange, ...rest }: CreateDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      {open ? <CreateForm {...rest} onClose={() => onOpenChange(false)} /> : null}
    </Dialog>
  );
}

type CreateFormProps = Pick<CreateDialogProps, "pipelines" | "from"> & { onClose: () => void };

function CreateForm({ pipelines, from, onClose }: CreateFormProps) {
  const form = useId();
  const [source, setSource] = useState(from ?? BLANK);
  const [name, setName] = useState("");
  const [typedId, setTypedId] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const id = typedId ?? (name.trim() === "" ? "" : slugify(name, "pipeline"));
  const problems = problemsOf({ id, name });
  const make = useMake();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (problems.name === undefined && problems.id === undefined) {
      make.start({ source: source === BLANK ? null : source, id, name: name.trim() });
    }
  };
  const options = [
    { value: BLANK, label: "Blank", hint: "One step to begin with" },
    ...pipelines.map((pipeline) => ({
      value: pipeline.id,
      label: pipeline.name,
      group: pipeline.isGlobal ? "Comes with the platform" : "Your own",
    })),
  ];
  return (
    <DialogContent
      title="New pipeline"
      description="Which agents do what in which order. You write it as text and see it as a diagram."
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" form={form} variant="primary" loading={make.busy}>
            Create pipeline
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name" required error={tried ? problems.name : undefined}>
          <Input value={name} onChange={(event) => setName(event.target.value)} placeholder="Nightly audit" />
        </Field>
        <Field
          label="Id"
          required
          error={tried || typedId !== null ? problems.id : undefined}
          hint="Names it in addresses and for programs; it cannot change later."
        >
          <Input
            mono
            autoComplete="off"
            spellCheck={false}
            value={id}
            onChange={(event) => setTypedId(event.target.value)}
            placeholder="nightly-audit"
          />
        </Field>
        <Field label="Start from">
          <Select value={source} onValueChange={setSource} options={options} />
        </Field>
        {make.error ? (
          <FaultState compact title="The pipeline was not created" error={make.error} onRetry={() => make.again()} />
        ) : null}
      </form>
    </DialogContent>
  );
}

function problemsOf({ id, name }: { id: string; name: string }): {
  id?: string | undefined;
  name?: string | undefined;
} {
  const { shape } = operations.clone.input;
  return {
    name: name.trim() === "" ? "Give it a name" : shape.name.safeParse(name.trim()).error?.issues[0]?.message,
    id: id === "" ? "Give it an id" : shape.id.safeParse(id).error?.issues[0]?.message,
  };
}

type Making = { source: string | null; id: string; name: string };

function useMake() {
  const utils = trpc.useUtils();
  const router = useRouter();
  const [last, setLast] = useState<Making | null>(null);
  const options = {
    onSuccess: (made: Pipeline) => {
      void utils.pipelines.list.invalidate();
      router.push(`/pipelines/${encodeURIComponent(made.id)}`);
    },
  };
  const create = trpc.pipelines.create.useMutation(options);
  const clone = trpc.pipelines.clone.useMutation(options);
  const start = (making: Making) => {
    setLast(making);
    const { source, id, name } = making;
    if (source === null) {
      create.mutate({ yamlContent: blankPipeline({ id, name }) });
    } else {
      clone.mutate({ pipelineId: source, id, name });
    }
  };
  return {
    start,
    again: () => last && start(last),
    busy: create.isPending || clone.isPending || create.isSuccess || clone.isSuccess,
    error: last?.source === null ? create.error : clone.error,
  };
}

type DeleteProps = {
  pipeline: Pick<Pipeline, "id" | "name">;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onDone?: () => void;
};

/** Deletes a pipeline of one's own; its runs stay. */
export function DeletePipelineDialog({ pipeline, open, onOpenChange, onDone }: DeleteProps) {
  const utils = trpc.useUtils();
  const remove = trpc.pipelines.delete.useMutation();
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete pipeline ${pipeline.name}?`}
      description="This cannot be undone. It removes the pipeline and its text; runs that used it stay, each with the text it started with."
      confirmLabel="Delete pipeline"
      typeToConfirm={pipeline.id}
      onConfirm={async () => {
        await remove.mutateAsync({ pipelineId: pipeline.id });
        onDone?.();
        await utils.pipelines.list.invalidate();
      }}
    />
  );
}
