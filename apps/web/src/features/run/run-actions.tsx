"use client";
import { toDjinnError } from "@djinnbot/client";
import { isTerminal, type RunDetail, type RunStatus } from "@djinnbot/contracts";
import { Button, type CommandEntry, ConfirmDialog, plural, toast } from "@djinnbot/ui";
import { CircleStop, GitFork, MessageSquareText, Pause, Play, RotateCw, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useMemo, useState } from "react";
import { useCommandGroup } from "@/features/shell/commands.ts";
import { trpc } from "@/trpc/client.ts";
import { ForkDialog } from "./fork-dialog.tsx";
import { MoreActions, useExportCommands } from "./more-actions.tsx";
import { RestartDialog } from "./restart-dialog.tsx";
import { SayDialog } from "./say-dialog.tsx";

type Open = "cancel" | "restart" | "delete" | "fork" | "say" | null;

/** What may be done with the run in its present state. */
export function RunActions({ run, status }: { run: RunDetail; status: RunStatus }) {
  const [open, setOpen] = useState<Open>(null);
  const over = isTerminal(status);
  const close = (next: boolean) => {
    if (!next) {
      setOpen(null);
    }
  };
  const mayFork = run.parentRunId === null;
  const fork = () => setOpen("fork");
  const remove = () => setOpen("delete");
  const hasCommits = run.steps.some((step) => step.commitHash !== null);
  const exports = useExportCommands(run.id, hasCommits);
  const pause = usePause(run, status);
  const commands = useMemo(() => [...commandsOf(over, setOpen), ...exports], [over, exports]);
  useCommandGroup({ heading: "This run", items: commands });
  return (
    <div className="flex flex-wrap items-center gap-2">
      {mayFork ? (
        <Button variant="ghost" className="max-sm:hidden" icon={<GitFork aria-hidden />} onClick={fork}>
          Fork
        </Button>
      ) : null}
      {over ? (
        <Button icon={<RotateCw aria-hidden />} onClick={() => setOpen("restart")}>
          Restart
        </Button>
      ) : (
        <>
          {status === "running" ? (
            <Button variant="ghost" icon={<MessageSquareText aria-hidden />} onClick={() => setOpen("say")}>
              Say
            </Button>
          ) : null}
          <Button
            icon={pause.isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
            loading={pause.isPending}
            onClick={pause.toggle}
          >
            {pause.isPaused ? "Resume" : "Pause"}
          </Button>
          <Button icon={<CircleStop aria-hidden />} onClick={() => setOpen("cancel")}>
            Cancel run
          </Button>
        </>
      )}
      <MoreActions
        runId={run.id}
        hasCommits={hasCommits}
        onFork={mayFork ? fork : null}
        onDelete={over ? remove : null}
      />
      <SayDialog open={open === "say"} onOpenChange={close} run={run} />
      {open === "fork" ? <ForkDialog open onOpenChange={close} run={run} /> : null}
      <RestartDialog open={open === "restart"} onOpenChange={close} runId={run.id} stepId={null} />
      <CancelDialog open={open === "cancel"} onOpenChange={close} runId={run.id} />
      <DeleteDialog open={open === "delete"} onOpenChange={close} run={run} />
    </div>
  );
}

/** Pauses after the agent's turn, or goes on; a pause that is only asked for can be taken back. */
function usePause(run: RunDetail, status: RunStatus) {
  const utils = trpc.useUtils();
  const options = {
    onSuccess: () => void utils.runs.get.invalidate({ runId: run.id }),
    onError: (error: unknown) => toast.error(toDjinnError(error).message),
  };
  const pause = trpc.runs.pause.useMutation(options);
  const resume = trpc.runs.resume.useMutation(options);
  const isPaused = status === "paused" || run.pausing;
  return {
    isPaused,
    isPending: pause.isPending || resume.isPending,
    toggle: () => (isPaused ? resume : pause).mutate({ runId: run.id }),
  };
}

function commandsOf(over: boolean, open: (what: Open) => void): CommandEntry[] {
  return over
    ? [
        {
          id: "run restart",
          label: "Restart this run",
          icon: <RotateCw aria-hidden />,
          onSelect: () => open("restart"),
        },
        { id: "run delete", label: "Delete this run", icon: <Trash2 aria-hidden />, onSelect: () => open("delete") },
      ]
    : [
        {
          id: "run cancel",
          label: "Cancel this run",
          icon: <CircleStop aria-hidden />,
          onSelect: () => open("cancel"),
        },
      ];
}

type DialogProps = { open: boolean; onOpenChange: (open: boolean) => void };

function CancelDialog({ runId, ...dialog }: DialogProps & { runId: string }) {
  const utils = trpc.useUtils();
  const cancel = trpc.runs.cancel.useMutation();
  return (
    <ConfirmDialog
      {...dialog}
      title="Cancel this run?"
      description="The agent is stopped within seconds. Finished steps and their commits stay, and you can restart later."
      consequences={["What the running step has not committed is lost."]}
      confirmLabel="Cancel run"
      cancelLabel="Keep running"
      onConfirm={async () => {
        await cancel.mutateAsync({ runId });
        await utils.runs.get.invalidate({ runId });
      }}
    />
  );
}

function DeleteDialog({ run, ...dialog }: DialogProps & { run: RunDetail }) {
  const utils = trpc.useUtils();
  const router = useRouter();
  const remove = trpc.runs.delete.useMutation();
  return (
    <ConfirmDialog
      {...dialog}
      title="Delete this run?"
      description="This cannot be undone. It removes:"
      consequences={[
        `${plural(run.steps.length, "execution")} of steps with their transcripts`,
        `${plural(Object.keys(run.outputs).length, "output")} and the working copy`,
      ]}
      confirmLabel="Delete run"
      typeToConfirm="delete"
      onConfirm={async () => {
        await remove.mutateAsync({ runId: run.id });
        void utils.runs.list.invalidate();
        router.push("/runs");
      }}
    />
  );
}
