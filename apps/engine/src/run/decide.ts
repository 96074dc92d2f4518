/** What follows from the end of an execution: the next step, another try, or the end of the run. */

import { failureAction } from "@djinnbot/contracts";
import type { OutboxMessage } from "@djinnbot/core/outbox";
import {
  type LoopState,
  type Loops,
  type Notice,
  type Route,
  renderTemplate,
  route,
  routeFailure,
} from "@djinnbot/core/pipeline-language";
import { findStep, variablesOf } from "../agent/prepare-step.ts";
import { type HeldRun, type OpenStep, runEvent } from "../held/held-run.ts";
import type { Completed, RunEnd, StepOutcome, Wanted } from "../held/outcome.ts";
import type { Failed } from "../store/rows.ts";
import { mayRetry, retryFeedback } from "./retry.ts";

export type Way = { next: Wanted } | { end: RunEnd };
export interface Decision {
  way: Way;
  messages: OutboxMessage[];
  /** Loops as they are afterwards. */
  loops: Loops;
  /** Those that the end of the step has changed. */
  changed: LoopState[];
}
export interface Situation<O extends StepOutcome = StepOutcome> {
  step: OpenStep;
  outcome: O;
  /** All outputs of the run, those of the step included. */
  outputs: Record<string, string>;
  /** What the next step is told besides its instruction. */
  handOver: string | null;
}

export function decide(run: HeldRun, situation: Situation): Decision {
  const { outcome } = situation;
  return outcome.kind === "failed"
    ? afterFailure(run, { ...situation, outcome })
    : afterCompletion(run, { ...situation, outcome });
}

function routeArgs(run: HeldRun, { step, outputs }: Situation) {
  return {
    document: run.document,
    step: findStep(run, step.stepId),
    variables: variablesOf(run, { outputs, loops: run.loops }),
    loops: run.loops,
    isBranch: run.row.parentRunId !== null,
  };
}

function afterCompletion(run: HeldRun, situation: Situation<Completed>): Decision {
  const { step, outcome, handOver } = situation;
  const way = route({ ...routeArgs(run, situation), outputs: outcome.outputs });
  const decision = onRoute(run, situation, way);
  if (way.kind !== "retry") {
    return { ...decision, way: wayOf(way, { ...situation, loops: decision.loops, handOver }) };
  }
  const { feedback, maxRetries } = way;
  if (step.retryCount >= maxRetries) {
    const message = `Step ${step.stepId} still asks to be done again after ${step.retryCount} retries. ${feedback}`;
    return { ...decision, way: { end: { status: "failed", code: "NO_ROUTE", message } } };
  }
  return again(run, { situation, decision, feedback, maxRetries });
}

function afterFailure(run: HeldRun, situation: Situation<{ kind: "failed" } & Failed>): Decision {
  const { step, outcome } = situation;
  const { code, message } = outcome;
  const nothing: Decision = { way: { end: { status: "completed" } }, messages: [], loops: run.loops, changed: [] };
  if (mayRetry(code) && step.retryCount < step.maxRetries) {
    const { maxRetries } = step;
    const feedback = retryFeedback({ retry: step.retryCount + 1, maxRetries, message });
    return again(run, { situation, decision: nothing, feedback, maxRetries });
  }
  // Before the way on is looked for: its templates may ask why.
  run.lastFailure = { stepId: step.stepId, code, message };
  const way = routeFailure(routeArgs(run, situation));
  if (way === null) {
    const notify = failureAction(findStep(run, step.stepId))?.notify;
    const end = { status: "failed" as const, code, message: `Step ${step.stepId}: ${message}` };
    return {
      ...nothing,
      way: { end },
      messages: notices(run, situation, { notify: notify ? [notify] : [], loops: run.loops }),
    };
  }
  const decision = onRoute(run, situation, way);
  const handOver = `Step ${step.stepId} failed: ${message}`;
  return { ...decision, way: wayOf(way, { ...situation, loops: decision.loops, handOver }) };
}

function wayOf(
  way: Route,
  { outputs, loops, handOver }: Pick<Situation, "outputs" | "handOver"> & { loops: Loops },
): Way {
  switch (way.kind) {
    case "next":
      return { next: { stepId: way.stepId, retryCount: 0, humanContext: handOver, outputs, loops } };
    case "complete":
    case "retry":
      return { end: { status: "completed" } };
    case "fail":
      return { end: { status: "failed", code: way.failureCode, message: way.message } };
  }
}

/** What a route does besides leading somewhere: messages to agents, and items of loops that have ended. */
function onRoute(run: HeldRun, situation: Situation, way: Route): Omit<Decision, "way"> & { way: Way } {
  const loops = new Map([...run.loops, ...way.loops.map((loop): [string, LoopState] => [loop.stepId, loop])]);
  const { runId } = run;
  const { outcome } = situation;
  const items = way.endedItems.map(({ stepId, index, item }) => {
    const ref = { runId, stepId, itemId: item.id, itemIndex: index };
    return item.status === "failed"
      ? runEvent(run, { type: "LOOP_ITEM_FAILED", ...ref, error: outcome.kind === "failed" ? outcome.message : "" })
      : runEvent(run, { type: "LOOP_ITEM_COMPLETE", ...ref });
  });
  return {
    way: { end: { status: "completed" } },
    messages: [...notices(run, situation, { notify: way.notify, loops: run.loops }), ...items],
    loops,
    changed: way.loops,
  };
}

function again(
  run: HeldRun,
  options: { situation: Situation; decision: Decision; feedback: string; maxRetries: number },
): Decision {
  const { situation, decision, feedback, maxRetries } = options;
  const { step, outputs } = situation;
  const retryCount = step.retryCount + 1;
  const { stepId, attempt } = step;
  const ref = { runId: run.runId, stepId, attempt };
  const retrying = runEvent(run, { type: "STEP_RETRYING", ...ref, feedback, retryCount, maxRetries });
  return {
    ...decision,
    way: { next: { stepId, retryCount, humanContext: feedback, outputs, loops: decision.loops } },
    messages: [...decision.messages, retrying],
  };
}

function notices(
  run: HeldRun,
  { step, outputs }: Situation,
  { notify, loops }: { notify: readonly Notice[]; loops: Loops },
): OutboxMessage[] {
  return notify.map((notice) =>
    runEvent(run, {
      type: "AGENT_MESSAGE",
      runId: run.runId,
      from: step.agentSlug,
      to: notice.agent,
      message: renderTemplate(notice.message, variablesOf(run, { outputs, loops })).text,
      threadId: null,
    }),
  );
}
