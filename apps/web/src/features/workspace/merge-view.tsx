"use client";
import type { OutputOf, RunDetail, workspaces } from "@djinnbot/contracts";
import { Banner, Button, Checkbox, CodeText, EmptyState, plural, SegmentedControl } from "@djinnbot/ui";
import { GitMerge } from "lucide-react";
import { useState } from "react";
import { FaultState } from "@/features/form/fault-state.tsx";
import { trpc } from "@/trpc/client.ts";
import { ConflictCard, type Decision } from "./conflict-card.tsx";
import type { WorkspaceStatus } from "./types.ts";

type Strategy = "merge" | "squash" | "rebase";
type Result = OutputOf<typeof workspaces.merge>;

const explained: Record<Strategy, string> = {
  merge: "Keeps every commit and joins both branches with one more.",
  squash: "Puts everything into a single commit.",
  rebase: "Puts the run's commits, made anew, on top of the branch.",
};

type MergeViewProps = { run: RunDetail; state: WorkspaceStatus; over: boolean };

/** Merging the run's branch into the one it started from, with a decision for each file in conflict. */
export function MergeView({ run, state, over }: MergeViewProps) {
  const merge = state.merge;
  if (merge === undefined || merge.state === "none" || merge.target === null) {
    return (
      <EmptyState icon={<GitMerge aria-hidden />} title="Nothing to merge">
        {merge?.target === null && state.ahead
          ? "The run started from a tag, so there is no branch to merge into."
          : "When a step has committed something, it can be merged from here."}
      </EmptyState>
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <MergeForm run={run} state={state} target={merge.target} merge={merge} over={over} />
    </div>
  );
}

type FormProps = MergeViewProps & { target: string; merge: NonNullable<WorkspaceStatus["merge"]> };

function MergeForm({ run, state, target, merge, over }: FormProps) {
  const form = useMerge({ run, head: state.lastCommit?.hash });
  const [strategy, setStrategy] = useState<Strategy>("merge");
  const [push, setPush] = useState(false);
  const [decisions, setDecisions] = useState<Readonly<Record<string, Decision>>>({});
  const open = merge.conflicts.filter((path) => decisions[path] === undefined);
  const merged = merge.state === "merged";
  const remote = state.repository !== null && !target.startsWith("run/");
  const blocked = strategy === "rebase" && merge.conflicts.length > 0;
  return (
    <div className="flex max-w-4xl flex-col gap-4 p-4">
      <div className="text-sm">
        <p>
          {merged ? "Merged: " : ""}
          <CodeText text={state.branch ?? ""} /> into <CodeText text={target} />
        </p>
        {over ? null : (
          <p className="mt-1 text-xs text-muted">
            The run is still at work; only what its steps have committed is merged.
          </p>
        )}
      </div>
      {merged ? null : <StrategyChoice value={strategy} onChange={setStrategy} />}
      <Conflicts
        runId={run.id}
        target={target}
        paths={merge.conflicts}
        decisions={decisions}
        onDecide={(path, decision) => setDecisions({ ...decisions, [path]: decision })}
      />
      {blocked ? (
        <p className="text-sm text-muted">A rebase cannot take decisions. Choose Merge or Squash to use them.</p>
      ) : null}
      {remote ? (
        <Checkbox
          checked={push}
          onCheckedChange={setPush}
          label={`Push ${target} to the remote`}
          hint={
            <span className="wrap-anywhere">
              {state.repository}. Without it, {target} is merged here only.
            </span>
          }
        />
      ) : null}
      {merged && !remote ? null : (
        <Button
          variant="primary"
          className="self-start"
          icon={<GitMerge aria-hidden />}
          loading={form.isPending}
          disabled={merged ? !push : open.length > 0 || blocked}
          onClick={() => form.start({ strategy, push, decisions })}
        >
          {merged ? `Push ${target}` : `${strategy === "rebase" ? "Rebase onto" : "Merge into"} ${target}`}
        </Button>
      )}
      {form.error ? <FaultState title="The merge failed" error={form.error} /> : null}
      {form.result ? <MergeResult result={form.result} remote={remote} /> : null}
    </div>
  );
}

function StrategyChoice({ value, onChange }: { value: Strategy; onChange: (next: Strategy) => void }) {
  return (
    <div className="flex flex-col items-start gap-1.5">
      <SegmentedControl<Strategy>
        label="How to merge"
        value={value}
        onValueChange={onChange}
        options={[
          { value: "merge", label: "Merge" },
          { value: "squash", label: "Squash" },
          { value: "rebase", label: "Rebase" },
        ]}
      />
      <p className="text-xs text-muted">{explained[value]}</p>
    </div>
  );
}

type ConflictsProps = {
  runId: string;
  target: string;
  paths: readonly string[];
  decisions: Readonly<Record<string, Decision>>;
  onDecide: (path: string, decision: Decision) => void;
};

function Conflicts({ runId, target, paths, decisions, onDecide }: ConflictsProps) {
  const open = paths.filter((path) => decisions[path] === undefined).length;
  return paths.length === 0 ? null : (
    <section aria-label="Conflicts" className="flex flex-col gap-3">
      <h2 className="text-sm font-medium">
        {open === 0
          ? "Every conflict is decided"
          : `${plural(open, "file")} changed on both branches: decide what stays`}
      </h2>
      {paths.map((path) => (
        <ConflictCard
          key={path}
          runId={runId}
          path={path}
          target={target}
          decision={decisions[path]}
          onDecide={(decision) => onDecide(path, decision)}
        />
      ))}
    </section>
  );
}

type Start = { strategy: Strategy; push: boolean; decisions: Readonly<Record<string, Decision>> };

function useMerge({ run, head }: { run: RunDetail; head: string | undefined }) {
  const utils = trpc.useUtils();
  const merge = trpc.workspaces.merge.useMutation({ onSettled: () => utils.workspaces.invalidate() });
  const start = ({ strategy, push, decisions }: Start) => {
    const all = Object.entries(decisions);
    merge.mutate({
      runId: run.id,
      strategy,
      push,
      choices: Object.fromEntries(all.flatMap(([path, one]) => ("side" in one ? [[path, one.side]] : []))),
      resolutions: Object.fromEntries(all.flatMap(([path, one]) => ("text" in one ? [[path, one.text]] : []))),
      ...(head === undefined ? {} : { expectedHead: head }),
    });
  };
  return { start, isPending: merge.isPending, error: merge.error, result: merge.data };
}

function MergeResult({ result, remote }: { result: Result; remote: boolean }) {
  if (!result.success) {
    return (
      <Banner tone="warn" title="Nothing was merged">
        {result.error}
      </Banner>
    );
  }
  const { push, target } = result;
  const said = {
    pushed: `${target} was pushed to the remote.`,
    refused: `The remote refused ${target}, so it is merged here only. ${push.detail ?? ""}`,
    none: remote ? `${target} is merged here only; the remote does not have it yet.` : "",
  }[push.status];
  return (
    <Banner
      tone={push.status === "refused" ? "warn" : "ok"}
      title={result.alreadyMerged ? `${target} has everything` : `Merged into ${target}`}
    >
      <span className="wrap-anywhere">
        <CodeText text={result.commitHash ?? ""} truncate className="w-20 align-middle" /> {said}
      </span>
    </Banner>
  );
}
