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
import { type Route, renderTemplate, route } from "@djinnbot/core/pipeline-language";
import { type CommandBody, sendCommands } from "./channel.ts";
import { endRun, type RunEnd, runEnd } from "./end-run.ts";
import { StepFault } from "./errors.ts";
import { type HeldRun, type OpenStep, told } from "./held-run.ts";
import { noteRunEnd, noteStepEnd } from "./journal.ts";
import { adoptStep, type NextStep, nextStep, type Wanted } from "./next-step.ts";
import { commitSubject, findStep, variablesOf } from "./prepare-step.ts";
import type { Resources } from "./resources.ts";
import { mayRetry, retryFeedback } from "./retry.ts";
import type { Failed } from "./store/rows.ts";
import type { StepEnd } from "./store/transition.ts";

export interface Completed {
  kind: "completed";
  outputs: Record<string, string>;
  summary: string | null;
  commitHash: string | null;
}
export type StepOutcome = Completed | ({ kind: "failed" } & Failed);
interface Ending {
  step: OpenStep;
  outcome: StepOutcome;
  /** Entry of the status stream that said so. */
  cursor: string | null;
  /** Answered once everything is recorded. */
  ack: { sessionId: string; commandId: string } | null;
}
type Way = { next: Wanted } | { end: RunEnd };

/** Ends the open step, and queues or starts what follows or ends the run. Afterwards `run.step` is the next one, or null. */
export async function endStep(resources: Resources, run: HeldRun, ending: Ending): Promise<"next" | "over"> {
  const { step, outcome, cursor } = ending;
  const outputs = outcome.kind === "completed" ? { ...run.outputs, ...outcome.outputs } : run.outputs;
  if (outcome.kind === "completed") {
    // Before the next step is prepared: it is told.
    run.knowledge.push(...readKnowledge(outcome.summary));
  }
  const completed = outcome.kind === "completed" ? new Set(run.completed).add(step.stepId) : run.completed;
  const { way, messages } = decide(run, { step, outcome, outputs });
  const { next, end } = await goOn(resources, run, way);
  const rows: OutboxMessage[] = outboxBatch([
    ...endMessages(run, step, outcome),
    ...messages,
    ...(next?.messages ?? []),
    ...(end ? endRun.messages(run, { end, outputs }) : []),
  ]);
  await resources.transitions.write({
    tenantId: run.tenantId,
    runId: run.runId,
    epoch: run.epoch,
    run: {
      ...(cursor === null ? {} : { cursor }),
      stepsCompleted: completed.size,
      currentStepId: next ? next.open.stepId : step.stepId,
      ...(end ? endRun.patch(end) : {}),
    },
    end: endRow(step, outcome),
    add: next?.row,
    messages: rows,
  });
  noteStepEnd(run, step, { ...outcome, status: outcome.kind });
  if (end) {
    noteRunEnd(run, end);
  }
  run.outputs = outputs;
  run.completed = completed;
  run.cursor = cursor ?? run.cursor;
  run.step = null;
  if (next) {
    adoptStep(run, next.open);
  }
  await answer(resources, run, { ending, command: next?.command ?? null });
  resources.publisher.push(rows);
  return next ? "next" : "over";
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

interface Situation {
  step: OpenStep;
  outcome: StepOutcome;
  outputs: Record<string, string>;
}

function decide(run: HeldRun, situation: Situation): { way: Way; messages: OutboxMessage[] } {
  const { outcome } = situation;
  return outcome.kind === "failed"
    ? afterFailure(run, { ...situation, outcome })
    : afterCompletion(run, { ...situation, outcome });
}

function afterCompletion(
  run: HeldRun,
  { step, outcome, outputs }: Situation & { outcome: Completed },
): { way: Way; messages: OutboxMessage[] } {
  const way = route({ document: run.document, step: findStep(run, step.stepId), outputs: outcome.outputs });
  const messages = notices(run, { step, way, outputs });
  switch (way.kind) {
    case "next":
      return { way: { next: { stepId: way.stepId, retryCount: 0, humanContext: null, outputs } }, messages };
    case "complete":
      return { way: { end: { status: "completed" } }, messages };
    case "fail":
      return { way: { end: { status: "failed", code: way.failureCode, message: way.message } }, messages };
    case "retry": {
      const { feedback, maxRetries } = way;
      if (step.retryCount >= maxRetries) {
        const message = `Step ${step.stepId} still asks to be done again after ${step.retryCount} retries. ${feedback}`;
        return { way: { end: { status: "failed", code: "NO_ROUTE", message } }, messages };
      }
      return again(run, { step, feedback, maxRetries, outputs, messages });
    }
  }
}

function afterFailure(
  run: HeldRun,
  { step, outcome, outputs }: Situation & { outcome: { kind: "failed" } & Failed },
): { way: Way; messages: OutboxMessage[] } {
  const { code, message } = outcome;
  if (!mayRetry(code) || step.retryCount >= step.maxRetries) {
    return { way: { end: { status: "failed", code, message: `Step ${step.stepId}: ${message}` } }, messages: [] };
  }
  const { maxRetries } = step;
  const feedback = retryFeedback({ retry: step.retryCount + 1, maxRetries, message });
  return again(run, { step, feedback, maxRetries, outputs, messages: [] });
}

function again(
  run: HeldRun,
  options: {
    step: OpenStep;
    feedback: string;
    maxRetries: number;
    outputs: Record<string, string>;
    messages: OutboxMessage[];
  },
): { way: Way; messages: OutboxMessage[] } {
  const { step, feedback, maxRetries, outputs } = options;
  const retryCount = step.retryCount + 1;
  const { stepId, attempt } = step;
  const retrying = told(run, {
    type: "STEP_RETRYING",
    runId: run.runId,
    stepId,
    attempt,
    feedback,
    retryCount,
    maxRetries,
  });
  return {
    way: { next: { stepId, retryCount, humanContext: feedback, outputs } },
    messages: [...options.messages, retrying],
  };
}

function notices(
  run: HeldRun,
  { step, way, outputs }: { step: OpenStep; way: Route; outputs: Record<string, string> },
): OutboxMessage[] {
  return way.notify.map((notice) =>
    told(run, {
      type: "AGENT_MESSAGE",
      runId: run.runId,
      from: step.agentSlug,
      to: notice.agent,
      message: renderTemplate(notice.message, variablesOf(run, outputs)).text,
      threadId: null,
    }),
  );
}

function endMessages(run: HeldRun, step: OpenStep, outcome: StepOutcome): OutboxMessage[] {
  const ref = { runId: run.runId, stepId: step.stepId, attempt: step.attempt };
  if (outcome.kind === "completed") {
    const { outputs, summary, commitHash } = outcome;
    return [told(run, { type: "STEP_COMPLETE", ...ref, outputs, summary, commitHash })];
  }
  return [told(run, stepFailed(ref, { ...outcome, retryCount: step.retryCount }))];
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
    commitHash: done?.commitHash ?? null,
    commitMessage: done?.commitHash ? commitSubject(step) : null,
  };
}
