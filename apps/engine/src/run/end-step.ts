/** The end of an execution, and with it the way on: one transaction that holds all of it (G2). */
import {
  type FailureCode,
  failure,
  fromStates,
  type RunEventBody,
  readKnowledge,
  stepTransitions,
} from "@djinnbot/contracts";
import { type OutboxMessage, outboxBatch } from "@djinnbot/core/outbox";
import type { Statement } from "@djinnbot/core/tenant-sql";
import { commitSubject } from "../agent/prepare-step.ts";
import { type CommandBody, sendCommands } from "../held/channel.ts";
import { type HeldRun, type OpenStep, runEvent } from "../held/held-run.ts";
import { noteRunEnd, noteStepEnd } from "../held/journal.ts";
import type { RunEnd, StepOutcome } from "../held/outcome.ts";
import type { Resources } from "../held/resources.ts";
import { StepFault } from "../lib/errors.ts";
import { keepLoops } from "../store/loops.ts";
import type { StepEnd } from "../store/transition.ts";
import { decide, type Way } from "./decide.ts";
import { endRun, runEnd } from "./end-run.ts";
import { adoptStep, type NextStep, nextStep } from "./next-step.ts";

interface Ending {
  step: OpenStep;
  outcome: StepOutcome;
  /** Entry of the status stream that said so. */
  cursor: string | null;
  /** Answered once everything is recorded. */
  ack: { sessionId: string; commandId: string } | null;
  /** What the next step is told besides its instruction. */
  handOver?: string | null;
  /** Changes that belong to the end of this execution. */
  also?: readonly Statement[];
  messages?: readonly OutboxMessage[];
}
/** `parked`: the run waits or is paused, and nobody holds it any more. */
export type Afterwards = "next" | "over" | "parked";

/** Ends the open step, and queues or starts what follows or ends the run. Afterwards `run.step` is the next one, or null. */
export async function endStep(resources: Resources, run: HeldRun, ending: Ending): Promise<Afterwards> {
  const { step, outcome, cursor, handOver = null } = ending;
  const outputs = outcome.kind === "completed" ? { ...run.outputs, ...outcome.outputs } : run.outputs;
  if (outcome.kind === "completed") {
    // Before the next step is prepared: it is told.
    run.knowledge.push(...readKnowledge(outcome.summary));
  }
  const completed = outcome.kind === "completed" ? new Set(run.completed).add(step.stepId) : run.completed;
  const { way, messages, loops, changed } = decide(run, { step, outcome, outputs, handOver });
  const { next, end } = await goOn(resources, run, way);
  const rows: OutboxMessage[] = outboxBatch([
    ...(ending.messages ?? []),
    ...endMessages(run, step, outcome),
    ...messages,
    ...(next?.messages ?? []),
    ...(end ? endRun.messages(run, { end, outputs }) : []),
  ]);
  const also = [...(ending.also ?? []), ...keepLoops(run.runId, changed), ...(next?.also ?? [])];
  await resources.transitions.write(run, {
    run: {
      ...(cursor === null ? {} : { cursor }),
      stepsCompleted: completed.size,
      currentStepId: next ? next.open.stepId : step.stepId,
      ...(next?.park?.patch ?? {}),
      ...(end ? endRun.patch(end) : {}),
    },
    end: endRow(step, outcome),
    add: next?.row,
    messages: rows,
    also,
  });
  noteStepEnd(run, step, { ...outcome, status: outcome.kind });
  if (end) {
    noteRunEnd(run, end);
  }
  run.outputs = outputs;
  run.loops = new Map(loops);
  run.completed = completed;
  run.cursor = cursor ?? run.cursor;
  run.step = null;
  if (next) {
    adoptStep(run, next.open);
  }
  await answer(resources, run, { ending, command: next?.command ?? null });
  resources.publisher.push(rows);
  return end ? "over" : next?.park ? "parked" : "next";
}

/** Acknowledges, and sends the next command if the workload goes on at once. What does not arrive is repeated by its sender. */
async function answer(
  resources: Resources,
  run: HeldRun,
  { ending, command }: { ending: Ending; command: CommandBody | null },
): Promise<void> {
  const { ack } = ending;
  const sessionId = run.session?.id;
  await sendCommands(resources, run, [
    ...(ack ? [{ sessionId: ack.sessionId, body: { type: "ack", commandId: ack.commandId } as const }] : []),
    ...(command && sessionId ? [{ sessionId, body: command }] : []),
  ]).catch((error: Error) => run.log.warn({ err: error.message }, "a command was not sent; it will be repeated"));
}

async function goOn(resources: Resources, run: HeldRun, way: Way): Promise<{ next?: NextStep; end?: RunEnd }> {
  if ("end" in way) {
    return { end: await runEnd(resources, run, way.end) };
  }
  try {
    return { next: await nextStep(resources, run, way.next) };
  } catch (error) {
    if (error instanceof StepFault) {
      return { end: await runEnd(resources, run, { status: "failed", code: error.code, message: error.message }) };
    }
    throw error;
  }
}

function endMessages(run: HeldRun, step: OpenStep, outcome: StepOutcome): OutboxMessage[] {
  const ref = { runId: run.runId, stepId: step.stepId, attempt: step.attempt };
  if (outcome.kind === "completed") {
    const { outputs, summary } = outcome;
    const commitHash = outcome.commitHash ?? step.commitHash;
    return [runEvent(run, { type: "STEP_COMPLETE", ...ref, outputs, summary, commitHash })];
  }
  return [runEvent(run, stepFailed(ref, { ...outcome, retryCount: step.retryCount }))];
}

function stepFailed(
  ref: { runId: string; stepId: string; attempt: number },
  { code, message, retryCount }: { code: FailureCode; message: string; retryCount: number },
): RunEventBody {
  return { type: "STEP_FAILED", ...ref, error: message, failure: failure(code, message), retryCount };
}

function endRow(step: OpenStep, outcome: StepOutcome): StepEnd {
  const done = outcome.kind === "completed" ? outcome : null;
  const failed = outcome.kind === "failed" ? outcome : null;
  return {
    id: step.id,
    from: fromStates(stepTransitions, outcome.kind),
    status: outcome.kind,
    stepId: step.stepId,
    outputs: done?.outputs ?? {},
    summary: done?.summary ?? null,
    error: failed?.message ?? null,
    failureCode: failed?.code ?? null,
    commitHash: done?.commitHash ?? step.commitHash,
    commitMessage: (done?.commitHash ?? step.commitHash) ? commitSubject(step) : null,
  };
}
