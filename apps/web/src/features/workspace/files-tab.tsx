"use client";
import { isTerminal, type RunDetail, type RunStatus } from "@djinnbot/contracts";
import { SegmentedControl, Skeleton, SkeletonText } from "@djinnbot/ui";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { useUrlState } from "../run/use-url-state.ts";
import { FilesView } from "./files-view.tsx";
import { HistoryView } from "./history-view.tsx";
import { MergeView } from "./merge-view.tsx";
import { NoWorkspace } from "./no-workspace.tsx";
import type { WorkspaceStatus } from "./types.ts";

const VIEWS = ["files", "history", "merge"] as const;
type View = (typeof VIEWS)[number];
/** How often an open run is asked again. */
const everyMs = 5000;

/** The files of the run, the commits that made them, and merging them. */
export function FilesTab({ run, status }: { run: RunDetail; status: RunStatus }) {
  const over = isTerminal(status);
  const refetchInterval = over ? (false as const) : everyMs;
  const url = useUrlState();
  const view = VIEWS.find((one) => one === url.get("view")) ?? "files";
  const state = trpc.workspaces.status.useQuery({ runId: run.id }, { refetchInterval });
  if (state.isPending) {
    return <FilesSkeleton />;
  }
  if (state.isError && state.data === undefined) {
    return (
      <FaultState
        className="m-4"
        title="The workspace could not be loaded"
        error={state.error}
        onRetry={() => state.refetch()}
      />
    );
  }
  if (!state.data.isRepo) {
    return <NoWorkspace over={over} />;
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2">
        <SegmentedControl<View>
          label="View of the workspace"
          size="sm"
          value={view}
          onValueChange={(next) => url.set({ view: next === "files" ? null : next }, { push: true })}
          options={[
            { value: "files", label: "Files" },
            { value: "history", label: "History" },
            { value: "merge", label: "Merge" },
          ]}
        />
        <StatusLine state={state.data} />
      </div>
      {view === "files" ? <FilesView runId={run.id} state={state.data} refetchInterval={refetchInterval} /> : null}
      {view === "history" ? <HistoryView run={run} refetchInterval={refetchInterval} /> : null}
      {view === "merge" ? <MergeView run={run} state={state.data} over={over} /> : null}
    </div>
  );
}

function StatusLine({ state }: { state: WorkspaceStatus }) {
  const { trackingBranch, ahead = 0, behind = 0, uncommittedChanges = 0 } = state;
  const parts = [
    trackingBranch ? `${ahead} ahead, ${behind} behind ${trackingBranch}` : null,
    uncommittedChanges > 0 ? `${uncommittedChanges} not committed yet` : null,
  ].filter((part) => part !== null);
  const changed = state.changes?.map(({ status, file }) => `${status} ${file}`).join("\n");
  return (
    <p className="min-w-0 text-xs text-muted" title={changed || undefined}>
      {parts.join(" · ")}
    </p>
  );
}

function FilesSkeleton() {
  return (
    <div className="flex flex-col gap-4 p-4">
      <Skeleton className="h-7 w-48" />
      <SkeletonText lines={8} />
    </div>
  );
}
