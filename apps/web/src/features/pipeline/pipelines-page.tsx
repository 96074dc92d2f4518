"use client";
import type { Pipeline } from "@djinnbot/contracts";
import { Button, EmptyState, Page, PageHeader, SkeletonCards } from "@djinnbot/ui";
import { Plus, Workflow } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { useUrlState } from "@/features/run/use-url-state.ts";
import { useRowKeys, useShortcut } from "@/features/shell/shortcuts.ts";
import { trpc } from "@/trpc/client.ts";
import { useTenantEvents } from "@/trpc/use-tenant-events.ts";
import { PipelineCard } from "./pipeline-card.tsx";
import { CreatePipelineDialog, DeletePipelineDialog } from "./pipeline-dialogs.tsx";

/** All pipelines: one's own first, then those that come with the platform. */
export function PipelinesPage() {
  const url = useUrlState();
  const utils = trpc.useUtils();
  const list = trpc.pipelines.list.useQuery({});
  const agents = trpc.agents.list.useQuery({});
  const [doomed, setDoomed] = useState<Pipeline | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  useRowKeys(frame);
  const openNew = () => url.set({ dialog: "new", from: null }, { push: true });
  useShortcut({ keys: "c", label: "New pipeline", group: "Lists", run: openNew });
  useTenantEvents((events) => {
    if (events.some((event) => event.type.startsWith("PIPELINE_"))) {
      void utils.pipelines.list.invalidate();
    }
  });
  const emojis = useMemo(
    () => new Map((agents.data?.items ?? []).map((agent) => [agent.slug, agent.emoji])),
    [agents.data],
  );
  const own = (list.data ?? []).filter((pipeline) => !pipeline.isGlobal);
  const shared = (list.data ?? []).filter((pipeline) => pipeline.isGlobal);
  const cards = (pipelines: readonly Pipeline[]) => (
    <div className="grid grid-cols-[repeat(auto-fill,minmax(min(20rem,100%),1fr))] gap-3">
      {pipelines.map((pipeline) => (
        <PipelineCard
          key={pipeline.id}
          pipeline={pipeline}
          emojis={emojis}
          onClone={() => url.set({ dialog: "new", from: pipeline.id }, { push: true })}
          onDelete={() => setDoomed(pipeline)}
        />
      ))}
    </div>
  );
  return (
    <Page>
      <PageHeader
        title="Pipelines"
        actions={
          <Button variant="primary" icon={<Plus aria-hidden />} onClick={openNew}>
            New pipeline
          </Button>
        }
      />
      {list.isError ? (
        <FaultState title="The pipelines could not be loaded" error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.isPending ? <SkeletonCards /> : null}
      {list.data === undefined ? null : (
        <div ref={frame} className="flex flex-col gap-6">
          <section aria-label="Your own pipelines" className="flex flex-col gap-3">
            <h2 className="text-sm font-semibold">Your own</h2>
            {own.length > 0 ? (
              cards(own)
            ) : (
              <div className="rounded-lg border border-dashed border-line">
                <EmptyState
                  icon={<Workflow aria-hidden />}
                  title="No pipeline of your own yet"
                  action={<Button onClick={openNew}>New pipeline</Button>}
                  className="py-8"
                >
                  A pipeline says which agents do what in which order. Begin with a copy of one below.
                </EmptyState>
              </div>
            )}
          </section>
          {shared.length === 0 ? null : (
            <section aria-label="Pipelines that come with the platform" className="flex flex-col gap-3">
              <h2 className="text-sm font-semibold">Comes with the platform</h2>
              {cards(shared)}
            </section>
          )}
        </div>
      )}
      <CreatePipelineDialog
        open={url.get("dialog") === "new" && list.data !== undefined}
        onOpenChange={() => url.set({ dialog: null, from: null })}
        pipelines={list.data ?? []}
        from={url.get("from")}
      />
      {doomed === null ? null : (
        <DeletePipelineDialog pipeline={doomed} open onOpenChange={(open) => (open ? undefined : setDoomed(null))} />
      )}
    </Page>
  );
}
