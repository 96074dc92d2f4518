"use client";
import type { Pipeline } from "@djinnbot/contracts";
import { Badge, Button, CodeText, IconButton, Kbd, PageHeader, plural } from "@djinnbot/ui";
import { Copy, Lock, Play, Save, Trash2 } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { CreatePipelineDialog, DeletePipelineDialog } from "./pipeline-dialogs.tsx";
import { countErrors } from "./problem-list.tsx";
import type { usePipelineDraft } from "./use-pipeline-draft.ts";
import type { Validation } from "./use-validation.ts";

type PipelineHeaderProps = {
  pipeline: Pipeline;
  draft: ReturnType<typeof usePipelineDraft>;
  validation: Validation;
  onSave: () => void;
};

/** What the pipeline is and what can be done with it; says why it cannot be saved where it cannot. */
export function PipelineHeader({ pipeline, draft, validation, onSave }: PipelineHeaderProps) {
  const [open, setOpen] = useState<"clone" | "delete" | null>(null);
  const router = useRouter();
  const list = trpc.pipelines.list.useQuery({});
  const obstacle = obstacleOf(draft.dirty, validation);
  return (
    <>
      <PageHeader
        title={pipeline.name}
        description={pipeline.description || undefined}
        meta={
          <>
            <CodeText text={pipeline.id} />
            {pipeline.isGlobal ? (
              <Badge icon={<Lock aria-hidden />}>Comes with the platform · read only</Badge>
            ) : (
              <span role="status" className="text-xs text-muted">
                {draft.dirty ? "Unsaved changes" : ""}
              </span>
            )}
          </>
        }
        actions={
          <>
            {pipeline.isGlobal ? (
              <Button icon={<Copy aria-hidden />} onClick={() => setOpen("clone")}>
                Clone to edit
              </Button>
            ) : (
              <>
                <IconButton label="Delete pipeline" icon={<Trash2 aria-hidden />} onClick={() => setOpen("delete")} />
                <IconButton label="Clone pipeline" icon={<Copy aria-hidden />} onClick={() => setOpen("clone")} />
                {obstacle !== null && draft.dirty ? (
                  <span id="save-obstacle" className="text-xs text-muted">
                    {obstacle}
                  </span>
                ) : null}
                <Button
                  icon={<Save aria-hidden />}
                  disabled={obstacle !== null}
                  title={obstacle ?? undefined}
                  aria-describedby={obstacle !== null && draft.dirty ? "save-obstacle" : undefined}
                  loading={draft.update.isPending}
                  onClick={onSave}
                >
                  Save <Kbd keys="mod+s" className="max-sm:hidden" />
                </Button>
              </>
            )}
            <RunButton pipelineId={pipeline.id} obstacle={runObstacleOf(draft.dirty, validation)} />
          </>
        }
      />
      <CreatePipelineDialog
        open={open === "clone"}
        onOpenChange={(next) => setOpen(next ? "clone" : null)}
        pipelines={list.data ?? [pipeline]}
        from={pipeline.id}
      />
      <DeletePipelineDialog
        pipeline={pipeline}
        open={open === "delete"}
        onOpenChange={(next) => setOpen(next ? "delete" : null)}
        onDone={() => {
          draft.discard();
          router.push("/pipelines");
        }}
      />
    </>
  );
}

/** Starts a run, or says why the pipeline cannot run. */
function RunButton({ pipelineId, obstacle }: { pipelineId: string; obstacle: string | null }) {
  return obstacle === null ? (
    <Button asChild variant="primary" icon={<Play aria-hidden />}>
      <Link href={`/runs?dialog=new&pipeline=${encodeURIComponent(pipelineId)}`}>Run</Link>
    </Button>
  ) : (
    <>
      <span id="run-obstacle" className="text-xs text-muted">
        {obstacle}
      </span>
      <Button variant="primary" icon={<Play aria-hidden />} disabled title={obstacle} aria-describedby="run-obstacle">
        Run
      </Button>
    </>
  );
}

/** Why a run of what is saved cannot start; of changes that are not saved the check says nothing about it. */
function runObstacleOf(dirty: boolean, validation: Validation): string | null {
  const errors = countErrors(validation.problems);
  return !dirty && validation.state === "invalid" && errors > 0
    ? `Cannot run: ${plural(errors, "error")} in the pipeline`
    : null;
}

/** Why the text cannot be saved now; null when it can. */
export function obstacleOf(dirty: boolean, validation: Validation): string | null {
  if (!dirty) {
    return "Nothing has changed";
  }
  const errors = countErrors(validation.problems);
  if (validation.state === "checking") {
    return "Being checked";
  }
  return errors > 0 ? `${plural(errors, "error")} to fix first` : null;
}
