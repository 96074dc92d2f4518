"use client";
import type { Delegation, DelegationKind } from "@djinnbot/contracts";
import { Button, ConfirmDialog, Duration, SkeletonText, StatusBadge, toast } from "@djinnbot/ui";
import { CircleStop } from "lucide-react";
import { useState } from "react";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { useMay } from "../shell/viewer.tsx";
import { TaskGraph } from "./task-graph.tsx";
import { TaskList } from "./task-list.tsx";

/** Costs of executors grow without an event on this run's stream. */
const REREAD_MS = 5000;

export function useDelegations(runId: string) {
  return trpc.delegations.list.useQuery(
    { runId },
    { refetchInterval: ({ state }) => (state.data?.swarms.some(isOpen) ? REREAD_MS : false) },
  );
}
const isOpen = ({ status }: Delegation) => status === "running";

/** What the run's agents have given to executors, newest first. */
export function DelegationsTab({ runId }: { runId: string }) {
  const delegations = useDelegations(runId);
  if (delegations.isError && delegations.data === undefined) {
    return (
      <FaultState
        className="m-4"
        title="The executors could not be loaded"
        error={delegations.error}
        onRetry={() => void delegations.refetch()}
      />
    );
  }
  if (delegations.data === undefined) {
    return <SkeletonText lines={6} className="p-4" />;
  }
  const { swarms } = delegations.data;
  return swarms.length === 0 ? (
    <p className="p-4 text-sm text-muted">
      No agent of this run has delegated. An agent can when its tools include spawn_executor, swarm_execute or
      try_approaches.
    </p>
  ) : (
    <div className="flex flex-col">
      {swarms.map((delegation) => (
        <DelegationSection key={delegation.swarmId} delegation={delegation} />
      ))}
    </div>
  );
}

const TITLES: Record<DelegationKind, string> = {
  executor: "One executor",
  swarm: "Swarm",
  approaches: "Approaches compared",
};

function DelegationSection({ delegation }: { delegation: Delegation }) {
  const { kind, stepId, status, tasks, completedCount, totalCount, createdAt, completedAt, error } = delegation;
  return (
    <section aria-label={`${TITLES[kind]} of ${stepId}`} className="border-b border-line last:border-b-0">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3">
        <h2 className="text-sm font-semibold">{TITLES[kind]}</h2>
        <StatusBadge status={status} />
        <span className="text-xs text-muted">
          {stepId} · {completedCount} of {totalCount} completed · <Duration from={createdAt} to={completedAt} />
        </span>
        <span className="flex-1" />
        {isOpen(delegation) ? <StopButton delegation={delegation} /> : null}
      </header>
      {error === null ? null : <p className="px-4 pb-2 text-sm text-muted">{error}</p>}
      {tasks.length > 1 ? (
        <div className="px-3 pb-3">
          <TaskGraph tasks={tasks} />
        </div>
      ) : null}
      <TaskList delegation={delegation} />
    </section>
  );
}

function StopButton({ delegation: { swarmId, runId, activeCount, cancelRequested } }: { delegation: Delegation }) {
  const [asking, setAsking] = useState(false);
  const utils = trpc.useUtils();
  const cancel = trpc.delegations.cancel.useMutation({
    onError: (error) => toast.error(`The executors could not be stopped. ${error.message}`),
    onSettled: () => utils.delegations.list.invalidate({ runId }),
  });
  if (!useMay("runs:write")) {
    return null;
  }
  const [stopping, executors] = [cancelRequested || cancel.isPending, activeCount === 1 ? "executor" : "executors"];
  return (
    <>
      <Button size="sm" icon={<CircleStop aria-hidden />} loading={stopping} onClick={() => setAsking(true)}>
        Stop executors
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Stop the executors?"
        description="The run goes on: the agent hears what was completed, and that you stopped the rest."
        consequences={[`${activeCount} ${executors} at work, with what is not merged yet`]}
        confirmLabel="Stop executors"
        cancelLabel="Let them work"
        tone="danger"
        onConfirm={async () => {
          await cancel.mutateAsync({ swarmId }).catch(() => undefined);
        }}
      />
    </>
  );
}
