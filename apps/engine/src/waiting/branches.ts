/**
 * Parallel steps: each branch is a run of its own, with its own working copy and workloads, in the turn of the tenant like any other.
 * The run that started them waits without holding a place; their commits are merged and their outputs taken over at the join.
 */
import { isTerminal, newId, type Parallel, type ParallelStep } from "@djinnbot/contracts";
import type { OutboxMessage } from "@djinnbot/core/outbox";
import { loopValues, stepsMeant } from "@djinnbot/core/pipeline-language";
import { ensureWorkspace } from "../agent/session.ts";
import { type HeldRun, type OpenStep, runEvent } from "../held/held-run.ts";
import type { OpenGate, Resolved, Wanted } from "../held/outcome.ts";
import { waitPark } from "../held/park.ts";
import type { Resources } from "../held/resources.ts";
import { now } from "../lib/clock.ts";
import { StepFault } from "../lib/errors.ts";
import {
  type BranchRow,
  cancelChildren,
  countChildren,
  giveOutputs,
  type NewChild,
  readBranches,
} from "../store/child-runs.ts";
import { unlessEnded } from "../store/wake.ts";
import { createChildren, mergeChildren } from "./child-run.ts";

const maxBranches = 500;

export async function openBranches(
  resources: Resources,
  run: HeldRun,
  { definition, open, wanted }: { definition: ParallelStep; open: OpenStep; wanted: Wanted },
): Promise<OpenGate> {
  await refuseTooMany(resources, run, definition.parallel.branches.length);
  const branches = definition.parallel.branches.map((first) => branchOf(run, first));
  const outputs = { ...wanted.outputs, ...loopValues(wanted.loops) };
  const also = [
    ...(await createChildren(resources, run, { step: open, children: branches })),
    giveOutputs(
      branches.map(({ runId }) => runId),
      { stepId: open.stepId, outputs },
    ),
  ];
  const { timeoutSeconds } = definition;
  const wakeAt = timeoutSeconds === undefined ? null : now() + timeoutSeconds * 1000;
  const { park, message } = waitPark(run, { wakeAt, also });
  const started = branches.map(({ runId, firstStep: branch }) =>
    runEvent(run, { type: "BRANCH_STARTED", runId: run.runId, stepId: open.stepId, branch, branchRunId: runId }),
  );
  return { park, messages: [...started, message] };
}

/** Branches may branch again: together they stay a number that one team can follow. Throws StepFault EXECUTION_LIMIT. */
async function refuseTooMany({ deps }: Resources, run: HeldRun, more: number): Promise<void> {
  const root = run.row.rootRunId ?? run.runId;
  const there = await countChildren(deps, run.tenantId, root);
  if (there + more > maxBranches) {
    const message = `The run would have ${there + more} branches in all; at most ${maxBranches} belong to one run.`;
    throw new StepFault("EXECUTION_LIMIT", message);
  }
}

function branchOf(run: HeldRun, first: string): NewChild {
  return {
    ...{
      runId: newId("run"),
      firstStep: first,
      branch: first,
      stepsTotal: stepsMeant(run.document.steps, first).length,
    },
    ...{ pipeline: null, projectId: null, task: null, context: null, model: null },
  };
}

function needed({ branches, join = "all" }: Parallel): number {
  return join === "all" ? branches.length : join === "any" ? 1 : join;
}

export async function joinBranches(
  resources: Resources,
  run: HeldRun,
  { definition, step }: { definition: ParallelStep; step: OpenStep },
): Promise<Resolved> {
  const branches = await readBranches(resources.deps, run, step.id);
  const completed = branches.filter((branch) => branch.status === "completed");
  const open = branches.filter((branch) => !isTerminal(branch.status));
  const want = needed(definition.parallel);
  const { timeoutSeconds } = definition;
  const deadline = timeoutSeconds === undefined ? null : (step.queuedAt ?? 0) + timeoutSeconds * 1000;
  const late = deadline !== null && deadline <= now();
  if (completed.length < want && completed.length + open.length >= want && !late) {
    const known = branches.length - open.length;
    const { park, message } = waitPark(run, {
      wakeAt: deadline,
      also: [unlessEnded(run.runId, { parentStep: step.id, known })],
    });
    return { park, messages: [message] };
  }
  const also = [cancelChildren(run.runId, { parentStep: step.id })];
  const messages = branches.map((branch) => ended(run, step, branch));
  if (completed.length < want) {
    const { code, message } = tooFew(branches, { want, late, timeoutSeconds });
    return { outcome: { kind: "failed", code, message }, handOver: null, also, messages };
  }
  const commitHash = await mergeCompleted(resources, run, completed);
  const outputs = Object.assign({}, ...completed.map((branch) => branch.outputs)) as Record<string, string>;
  const summary = `${completed.length} of ${branches.length} branches completed: ${completed.map((branch) => branch.branch).join(", ")}.`;
  return { outcome: { kind: "completed", outputs, summary, commitHash }, handOver: null, also, messages };
}

function ended(run: HeldRun, { stepId }: OpenStep, { branch, runId: branchRunId, status }: BranchRow): OutboxMessage {
  const end = isTerminal(status) ? status : "cancelled";
  return runEvent(run, { type: "BRANCH_ENDED", runId: run.runId, stepId, branch, branchRunId, status: end });
}

function tooFew(
  branches: readonly BranchRow[],
  { want, late, timeoutSeconds }: { want: number; late: boolean; timeoutSeconds: number | undefined },
): { code: "STEP_TIMEOUT" | "BRANCH_FAILED"; message: string } {
  const done = branches.filter((branch) => branch.status === "completed").length;
  if (late) {
    const message = `After ${timeoutSeconds} s only ${done} of ${want} branches had completed.`;
    return { code: "STEP_TIMEOUT", message };
  }
  const why = branches
    .filter((branch) => branch.status === "failed" || branch.status === "cancelled")
    .map((branch) => `${branch.branch}: ${branch.failureMessage ?? branch.status}`);
  return { code: "BRANCH_FAILED", message: `${done} of ${want} branches completed. ${why.join("\n")}` };
}

/** Throws StepFault MERGE_CONFLICT. */
async function mergeCompleted(
  resources: Resources,
  run: HeldRun,
  completed: readonly BranchRow[],
): Promise<string | null> {
  await ensureWorkspace(resources, run);
  const merged = await mergeChildren(
    resources,
    run,
    completed.map(({ runId, branch }) => ({ runId, name: branch })),
  );
  if ("conflict" in merged) {
    const { name, files } = merged.conflict;
    throw new StepFault("MERGE_CONFLICT", `Branch ${name} conflicts with the ones before it in: ${files.join(", ")}.`);
  }
  return merged.head;
}
