/** The end of a run: its branch is pushed first, so that the record of the end says what became of it (G1). */

import { failure, fromStates, stepTransitions } from "@djinnbot/contracts";
import { removeRunTraces } from "@djinnbot/core";
import { type OutboxMessage, outboxBatch } from "@djinnbot/core/outbox";
import { retireRunStreams } from "@djinnbot/events";
import { closeSession, workspaceRun } from "../agent/session.ts";
import { type HeldRun, runEvent } from "../held/held-run.ts";
import { noteRunEnd, noteStepEnd } from "../held/journal.ts";
import type { RunEnd } from "../held/outcome.ts";
import type { Resources } from "../held/resources.ts";
import { now } from "../lib/clock.ts";
import { StoppedRun } from "../lib/errors.ts";
import { cancelChildren } from "../store/child-runs.ts";
import { findRun } from "../store/claim.ts";
import type { RunPatch } from "../store/transition.ts";
import { wakeRun } from "../store/wake.ts";

/** Adds what became of the branch. Work of a failed run is pushed too; a cancelled one keeps it here. Throws StoppedRun. */
export async function runEnd(resources: Resources, run: HeldRun, end: RunEnd): Promise<RunEnd> {
  // A branch's work goes on with the run that waits for it.
  if (end.status === "cancelled" || run.row.repository === null || run.row.parentRunId !== null) {
    return end;
  }
  // What is on the branch is of its earlier life.
  if (run.again && !run.workspace) {
    return end;
  }
  // Also where this engine has never opened the working copy: it may have taken the run over in its last step.
  const push = await run.server.during(() => resources.workspace.push(workspaceRun(run)));
  if (run.stop.aborted && push.status === "refused") {
    throw new StoppedRun(run.runId);
  }
  return { ...end, push };
}

function patch(end: RunEnd): RunPatch {
  return {
    status: end.status,
    completedAt: now(),
    failureCode: end.status === "failed" ? end.code : end.status === "cancelled" ? "CANCELLED" : null,
    failureMessage: end.status === "failed" ? end.message : end.status === "cancelled" ? end.reason : null,
    ...(end.push ? { pushStatus: end.push.status, pushDetail: end.push.detail } : {}),
  };
}

function messages(run: HeldRun, { end, outputs }: { end: RunEnd; outputs: Record<string, string> }): OutboxMessage[] {
  const { runId } = run;
  const { push } = end;
  const pushed =
    push && push.status !== "none"
      ? [
          runEvent(run, {
            type: "BRANCH_PUSHED",
            runId,
            branch: run.workspace?.branch ?? `run/${runId}`,
            status: push.status,
            detail: push.detail,
          }),
        ]
      : [];
  switch (end.status) {
    case "completed":
      return [...pushed, runEvent(run, { type: "RUN_COMPLETE", runId, outputs })];
    case "failed":
      return [
        ...pushed,
        runEvent(run, { type: "RUN_FAILED", runId, error: end.message, failure: failure(end.code, end.message) }),
      ];
    case "cancelled":
      return [...pushed, runEvent(run, { type: "RUN_CANCELLED", runId, reason: end.reason })];
  }
}

/** The parts of an end that go into the transaction of the last step. */
export const endRun = { patch, messages };

/** Ends a run for a reason outside of a result: cancelled, or a fault before or between steps. The open step ends with it. */
export async function abortRun(resources: Resources, run: HeldRun, wanted: RunEnd): Promise<void> {
  const end = await runEnd(resources, run, wanted);
  const { step, runId } = run;
  const cancelled = end.status === "cancelled";
  const message = end.status === "failed" ? end.message : end.status === "cancelled" ? end.reason : "";
  const code = end.status === "failed" ? end.code : "CANCELLED";
  const stepStatus = cancelled ? "cancelled" : "failed";
  const ref = step && { runId, stepId: step.stepId, attempt: step.attempt };
  const rows = outboxBatch([
    ...(ref && cancelled ? [runEvent(run, { type: "STEP_CANCELLED", ...ref, reason: message })] : []),
    ...(ref && step && !cancelled
      ? [
          runEvent(run, {
            type: "STEP_FAILED",
            ...ref,
            error: message,
            failure: failure(code, message),
            retryCount: step.retryCount,
          }),
        ]
      : []),
    ...messages(run, { end, outputs: run.outputs }),
  ]);
  await resources.transitions.write(run, {
    run: patch(end),
    end: step
      ? {
          id: step.id,
          from: fromStates(stepTransitions, stepStatus),
          status: stepStatus,
          stepId: step.stepId,
          outputs: {},
          summary: null,
          error: message,
          failureCode: code,
          commitHash: step.commitHash,
          commitMessage: null,
        }
      : undefined,
    messages: rows,
    also: [cancelChildren(run.runId)],
  });
  if (step) {
    noteStepEnd(run, step, { status: stepStatus, code, message });
  }
  noteRunEnd(run, end);
  run.step = null;
  resources.publisher.push(rows);
}

/**
 * Gives back what a run that is over has held; what a crash leaves here, a sweep finds. A run can be deleted as soon as it is over:
 * then what its workload left until now goes after it.
 */
export async function tidyUp(
  resources: Resources,
  run: HeldRun,
  status: "completed" | "failed" | "cancelled",
): Promise<void> {
  const { session, tenantId, runId, log } = run;
  run.session = null;
  try {
    if (session) {
      await closeSession(resources, run, { session, status, error: null });
    }
    await retireRunStreams(resources.deps.redis, run);
    if (run.row.parentRunId !== null) {
      await wakeRun(resources.deps, { tenantId, runId: run.row.parentRunId });
    }
    if (session && (await findRun(resources.deps, runId)) === null) {
      await removeRunTraces({ deps: resources.deps, tenantId, log }, [runId]);
    }
  } catch (error) {
    log.warn({ err: (error as Error).message }, "tidying up after a run failed; a sweep will do it");
  }
}
