"use client";
import { toDjinnError } from "@djinnbot/client";
import type { Pipeline, PipelineProblem } from "@djinnbot/contracts";
import {
  Banner,
  Button,
  ConfirmDialog,
  cn,
  EmptyState,
  Page,
  SegmentedControl,
  Skeleton,
  SkeletonText,
} from "@djinnbot/ui";
import { SearchX } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useCallback, useMemo, useRef } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { useFillHeight } from "@/features/run/use-fill-height.ts";
import { useUrlState } from "@/features/run/use-url-state.ts";
import { PageCrumbs } from "@/features/shell/crumbs.tsx";
import { useShortcut } from "@/features/shell/shortcuts.ts";
import { trpc } from "@/trpc/client.ts";
import { stepAtLine } from "./outline.ts";
import { obstacleOf, PipelineHeader } from "./pipeline-header.tsx";
import { ProblemList } from "./problem-list.tsx";
import { useLeaveGuard } from "./use-leave-guard.ts";
import { usePipelineDraft } from "./use-pipeline-draft.ts";
import { useValidation } from "./use-validation.ts";
import type { YamlEditorHandle } from "./yaml-editor.tsx";

const FlowDiagram = dynamic(() => import("./flow-diagram.tsx"), { ssr: false, loading: DiagramSkeleton });
const YamlEditor = dynamic(() => import("./yaml-editor.tsx"), { ssr: false, loading: EditorSkeleton });

/** One pipeline: what happens in which order, who does it, whether it is valid. Diagram and text are one selection. */
export function PipelinePage({ pipelineId }: { pipelineId: string }) {
  const pipeline = trpc.pipelines.get.useQuery({ pipelineId });
  if (pipeline.isPending) {
    return <PipelineSkeleton />;
  }
  if (pipeline.data === undefined) {
    return toDjinnError(pipeline.error).code === "NOT_FOUND" ? (
      <NoPipeline />
    ) : (
      <Page>
        <FaultState
          title="The pipeline could not be loaded"
          error={pipeline.error}
          onRetry={() => pipeline.refetch()}
        />
      </Page>
    );
  }
  return <PipelineBody pipeline={pipeline.data} />;
}

const VIEWS = [
  { value: "diagram" as const, label: "Diagram" },
  { value: "yaml" as const, label: "YAML" },
];

function PipelineBody({ pipeline }: { pipeline: Pipeline }) {
  const editable = !pipeline.isGlobal;
  const draft = usePipelineDraft(pipeline.id, editable);
  const validation = useValidation(pipeline.id, draft.text);
  const guard = useLeaveGuard(draft.dirty);
  const url = useUrlState();
  const { set } = url;
  const fill = useFillHeight();
  const editor = useRef<YamlEditorHandle>(null);
  const selected = draft.outline.steps.find((step) => step.id === url.get("step")) ?? null;
  const view = url.get("view") === "yaml" ? "yaml" : "diagram";
  const agents = useAgents();

  const select = useCallback((stepId: string) => set({ step: stepId }), [set]);
  const onLine = (line: number) => {
    const step = stepAtLine(draft.outline, line);
    if (step?.id !== selected?.id) {
      set({ step: step?.id ?? null });
    }
  };
  const goTo = (problem: PipelineProblem) => {
    set({ view: "yaml" });
    requestAnimationFrame(() => editor.current?.goTo(problem.line, problem.column));
  };
  const line = selected?.line;
  const endLine = selected?.endLine;
  const marked = useMemo(
    () => (line === undefined || endLine === undefined ? null : { from: line, to: endLine }),
    [line, endLine],
  );
  // What went wrong is shown from the state of the mutation.
  const save = () => void draft.save().catch(() => undefined);
  useShortcut({
    keys: "mod+s",
    label: "Save the pipeline",
    group: "This page",
    run: () => (obstacleOf(draft.dirty, validation) === null ? save() : undefined),
  });
  return (
    <Page>
      <PageCrumbs items={[{ label: "Pipelines", href: "/pipelines" }, { label: pipeline.name }]} />
      <PipelineHeader pipeline={pipeline} draft={draft} validation={validation} onSave={save} />
      {draft.restored && draft.dirty ? (
        <Banner
          title="Unsaved changes."
          action={
            <Button size="sm" onClick={draft.discard}>
              Drop them
            </Button>
          }
        >
          What you typed here earlier was kept.
        </Banner>
      ) : null}
      {draft.update.isError ? <FaultState compact title="Not saved" error={draft.update.error} onRetry={save} /> : null}
      <SegmentedControl
        label="View"
        value={view}
        onValueChange={(next) => set({ view: next === "diagram" ? null : next })}
        options={VIEWS}
        className="self-start lg:hidden"
      />
      <div
        ref={fill.ref}
        style={fill.style}
        className="grid gap-4 lg:h-(--fill) lg:min-h-[28rem] lg:grid-cols-2 lg:grid-rows-[minmax(0,1fr)]"
      >
        <section
          aria-label="Diagram"
          className={cn(
            "relative h-[70dvh] min-w-0 overflow-hidden rounded-lg border border-line bg-surface lg:h-full",
            view !== "diagram" && "max-lg:hidden",
          )}
        >
          {draft.text === null ? (
            <DiagramSkeleton />
          ) : (
            <FlowDiagram graph={draft.graph} selectedId={selected?.id ?? null} onSelect={select} agents={agents} />
          )}
          {draft.text === null || draft.readable ? null : (
            <p className="absolute inset-x-3 top-3 rounded-md border border-warn-line bg-warn-soft px-3 py-1.5 text-xs">
              The text cannot be read just now; this is how it last stood.
            </p>
          )}
        </section>
        <section
          aria-label="Text"
          className={cn(
            "flex h-[70dvh] min-w-0 flex-col overflow-hidden rounded-lg border border-line bg-surface lg:h-full",
            view !== "yaml" && "max-lg:hidden",
          )}
        >
          {draft.raw.isError ? (
            <FaultState
              className="m-3"
              title="The text could not be loaded"
              error={draft.raw.error}
              onRetry={() => draft.raw.refetch()}
            />
          ) : draft.text === null ? (
            <EditorSkeleton />
          ) : (
            <>
              <YamlEditor
                ref={editor}
                text={draft.text}
                onChange={draft.change}
                readOnly={!editable}
                problems={validation.problems}
                marked={marked}
                onLine={onLine}
              />
              <ProblemList validation={validation} onGoTo={goTo} />
            </>
          )}
        </section>
      </div>
      <ConfirmDialog
        open={guard.pending !== null}
        onOpenChange={(open) => (open ? undefined : guard.stay())}
        title="Leave without saving?"
        description="Your changes are kept in this tab and offered again when you come back, but they are not saved."
        confirmLabel="Leave"
        cancelLabel="Stay"
        tone="default"
        onConfirm={guard.leave}
      />
    </Page>
  );
}

function useAgents() {
  const agents = trpc.agents.list.useQuery({});
  return useMemo(
    () =>
      agents.data === undefined
        ? null
        : new Map(agents.data.items.map((agent) => [agent.slug, { emoji: agent.emoji }])),
    [agents.data],
  );
}

function DiagramSkeleton() {
  return (
    <div role="status" aria-label="Loading the diagram" className="flex h-full flex-col items-center gap-10 p-8">
      {[0, 1, 2].map((step) => (
        <Skeleton key={step} className="h-16 w-52" />
      ))}
    </div>
  );
}

function EditorSkeleton() {
  return (
    <div className="flex-1 p-4">
      <SkeletonText lines={14} />
    </div>
  );
}

function PipelineSkeleton() {
  return (
    <Page className="lg:h-[calc(100dvh-3rem)]">
      <Skeleton className="h-6 w-64" />
      <Skeleton className="h-4 w-96 max-w-full" />
      <div className="grid min-h-0 flex-1 gap-4 lg:grid-cols-2">
        <div className="h-[70dvh] rounded-lg border border-line bg-surface lg:h-full">
          <DiagramSkeleton />
        </div>
        <div className="rounded-lg border border-line bg-surface max-lg:hidden">
          <EditorSkeleton />
        </div>
      </div>
    </Page>
  );
}

function NoPipeline() {
  return (
    <Page>
      <EmptyState
        icon={<SearchX aria-hidden />}
        title="There is no such pipeline"
        action={
          <Button asChild variant="primary">
            <Link href="/pipelines">All pipelines</Link>
          </Button>
        }
      >
        It was deleted, or it belongs to another team.
      </EmptyState>
    </Page>
  );
}
