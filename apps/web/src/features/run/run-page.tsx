"use client";
import { toDjinnError } from "@djinnbot/client";
import { isTerminal, type RunDetail, RunId, type RunStatus } from "@djinnbot/contracts";
import { Button, EmptyState, ErrorState, Page, Skeleton, SkeletonText } from "@djinnbot/ui";
import { Radio, SearchX } from "lucide-react";
import Link from "next/link";
import { useMemo, useRef, useState } from "react";
import { RunApproval } from "@/features/approval/run-approval.tsx";
import { FaultState } from "@/features/form/fault-state.tsx";
import { PageCrumbs } from "@/features/shell/crumbs.tsx";
import { FailurePanel } from "./failure-panel.tsx";
import { RunHeader } from "./run-header.tsx";
import { RunParts } from "./run-parts.tsx";
import { RunTabs, readTab } from "./run-tabs.tsx";
import { runTitle } from "./run-title.ts";
import { StepTimeline } from "./step-timeline.tsx";
import { defaultEntry, findEntry, type TimelineEntry } from "./timeline.ts";
import { NoticeLine } from "./transcript-item.tsx";
import type { RunModel } from "./transcript-model.ts";
import { useFillHeight } from "./use-fill-height.ts";
import { useRun } from "./use-run.ts";
import { useUrlState } from "./use-url-state.ts";

/** One run: what is happening, what each step did and cost, why it failed, what can be done. */
export function RunPage({ runId }: { runId: string }) {
  return RunId.safeParse(runId).success ? <KnownRun runId={runId} /> : <NoRun />;
}

function KnownRun({ runId }: { runId: string }) {
  const { run, feed, timeline, status } = useRun(runId);
  if (run.isPending) {
    return <RunSkeleton />;
  }
  if (run.isError && run.data === undefined) {
    return toDjinnError(run.error).code === "NOT_FOUND" ? (
      <NoRun />
    ) : (
      <Page>
        <FaultState title="The run could not be loaded" error={run.error} onRetry={() => run.refetch()} />
      </Page>
    );
  }
  return <RunBody run={run.data} status={status ?? run.data.status} feed={feed} timeline={timeline} />;
}

type RunBodyProps = {
  run: RunDetail;
  status: RunStatus;
  feed: ReturnType<typeof useRun>["feed"];
  timeline: readonly TimelineEntry[];
};

function RunBody({ run, status, feed, timeline }: RunBodyProps) {
  const url = useUrlState();
  const fill = useFillHeight();
  const [jumps, setJumps] = useState(0);
  const panel = useRef<HTMLElement>(null);
  const chosen = url.get("step");
  const over = isTerminal(status);
  const entry = findEntry(timeline, chosen) ?? defaultEntry(timeline, status);
  const isResult = status === "completed" && chosen === null;
  const tab = readTab(url.get("tab")) ?? (isResult ? "result" : "transcript");
  const select = (key: string) => url.set({ step: key, tab: tab === "outputs" ? tab : null });
  // While nothing is chosen the running step is shown; what is being read must not go away under the reader.
  const stay = () => (chosen === null && !over && entry !== null ? url.set({ step: entry.key }) : undefined);
  const running = over ? null : defaultEntry(timeline, status);
  const crumb = useMemo(() => crumbOf(run.task), [run.task]);
  const jumpToError = (key: string) => {
    url.set({ step: key, tab: null });
    setJumps((before) => before + 1);
    // On a phone the transcript stands below all the rest.
    panel.current?.scrollIntoView({ block: "nearest" });
  };
  return (
    <Page>
      <PageCrumbs items={[{ label: "Runs", href: "/runs" }, { label: crumb }]} />
      <RunHeader run={run} status={status} />
      {status === "failed" && run.failure !== null ? (
        <FailurePanel run={run} timeline={timeline} onJump={jumpToError} />
      ) : null}
      {status === "waiting" ? <RunApproval runId={run.id} /> : null}
      {feed.connection === "failed" ? <EventsStopped /> : null}
      <div
        ref={fill.ref}
        style={fill.style}
        className="grid min-h-96 items-start gap-4 lg:h-(--fill) lg:grid-cols-[17rem_minmax(0,1fr)] lg:grid-rows-[minmax(0,1fr)]"
      >
        <aside
          aria-label="Steps of the run"
          className="max-h-52 overflow-y-auto rounded-lg border border-line bg-surface lg:max-h-full"
        >
          {timeline.length === 0 ? (
            <p className="p-3 text-sm text-muted">No step has been queued yet.</p>
          ) : (
            <StepTimeline
              entries={timeline}
              selectedKey={tab === "result" ? null : (entry?.key ?? null)}
              onSelect={select}
              over={over}
            />
          )}
          {chosen === null || running === null || running.key === entry?.key ? null : (
            <div className="border-t border-line p-2">
              <Button
                size="sm"
                className="w-full"
                icon={<Radio aria-hidden />}
                onClick={() => url.set({ step: null, tab: null })}
              >
                Follow the running step
              </Button>
            </div>
          )}
          <RunParts run={run} />
          <RunNotices model={feed.model} />
        </aside>
        <section
          ref={panel}
          aria-label={tab === "result" ? "Result" : entry === null ? "Step" : `Step ${entry.stepId}`}
          className="flex h-[80dvh] min-w-0 flex-col overflow-hidden rounded-lg border border-line bg-surface lg:h-full"
        >
          <RunTabs
            tab={tab}
            onTab={(next) => url.set({ tab: next === (isResult ? "result" : "transcript") ? null : next })}
            run={run}
            status={status}
            entry={entry}
            feed={feed}
            timeline={timeline}
            onSelect={select}
            onRead={stay}
            jumps={jumps}
          />
        </section>
      </div>
    </Page>
  );
}

function EventsStopped() {
  return (
    <ErrorState
      compact
      title="Live events stopped"
      why="The server refused to tell more of this run."
      fix="What is shown may be behind."
      onRetry={() => window.location.reload()}
    />
  );
}

function RunNotices({ model }: { model: RunModel }) {
  return model.notices.length === 0 ? null : (
    <ul aria-label="About the run" className="flex flex-col gap-1.5 border-t border-line p-3">
      {model.notices.map((item) => (
        <li key={item.id}>
          <NoticeLine item={item} />
        </li>
      ))}
    </ul>
  );
}

function crumbOf(task: string): string {
  const line = runTitle(task);
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

function NoRun() {
  return (
    <Page>
      <EmptyState
        icon={<SearchX aria-hidden />}
        title="There is no such run"
        action={
          <Button asChild variant="primary">
            <Link href="/runs">All runs</Link>
          </Button>
        }
      >
        It was deleted, or it belongs to another team.
      </EmptyState>
    </Page>
  );
}

/** The shape of the page while it loads. */
export function RunSkeleton() {
  return (
    <Page>
      <Skeleton className="h-6 w-2/3" />
      <Skeleton className="h-4 w-1/2" />
      <Skeleton className="h-2 w-full" />
      <div className="grid gap-4 lg:grid-cols-[17rem_minmax(0,1fr)]">
        <div className="rounded-lg border border-line bg-surface p-3">
          <SkeletonText lines={6} />
        </div>
        <div className="h-96 rounded-lg border border-line bg-surface p-4">
          <SkeletonText lines={8} />
        </div>
      </div>
    </Page>
  );
}
