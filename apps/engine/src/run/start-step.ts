/** Starting a queued step: agent, model, workload, record, command. */
import { outboxBatch } from "@djinnbot/core/outbox";
import { type LoopState, type Loops, routeInto } from "@djinnbot/core/pipeline-language";
import { findAgentStep, prepareStep, variablesOf } from "../agent/prepare-step.ts";
import { closeSession, ensureWorkspace, openSession, reusableSession } from "../agent/session.ts";
import { answersFor } from "../delegation/answers.ts";
import { sendCommands } from "../held/channel.ts";
import type { HeldRun } from "../held/held-run.ts";
import { noteStepStart } from "../held/journal.ts";
import type { Resources } from "../held/resources.ts";
import { now } from "../lib/clock.ts";
import { StepFault } from "../lib/errors.ts";
import { keepLoops } from "../store/loops.ts";
import type { Afterwards } from "./end-step.ts";
import { adoptStep, nextStep, startOf } from "./next-step.ts";

/** Queues the step a run begins (or was restarted) with. Throws StepFault. */
export async function queueFirst(resources: Resources, run: HeldRun): Promise<Afterwards> {
  const wanted = run.row.currentStepId ?? run.document.steps[0]?.id;
  if (wanted === undefined) {
    throw new StepFault("PIPELINE_INVALID", "The pipeline has no steps.");
  }
  await ensureWorkspace(resources, run);
  const { stepId, loops, changed } = intoStep(run, wanted);
  const { outputs } = run;
  const next = await nextStep(resources, run, { stepId, retryCount: 0, humanContext: null, outputs, loops });
  const messages = outboxBatch(next.messages);
  const also = [...keepLoops(run.runId, changed), ...next.also];
  await resources.transitions.write(run, {
    run: {
      currentStepId: stepId,
      startedAt: now(),
      ...(next.park?.patch ?? {}),
    },
    add: next.row,
    messages,
    also,
  });
  run.row.startedAt ??= now();
  run.loops = new Map(loops);
  adoptStep(run, next.open);
  resources.publisher.push(messages);
  return next.park ? "parked" : "next";
}

/** The step to begin with: itself, or what follows when it is a loop without items. Throws StepFault. */
function intoStep(run: HeldRun, stepId: string): { stepId: string; loops: Loops; changed: LoopState[] } {
  const { document, outputs, loops } = run;
  const way = routeInto({ document, stepId, variables: variablesOf(run, { outputs, loops }), loops });
  if (way.kind === "fail") {
    throw new StepFault(way.failureCode, way.message);
  }
  const changed = way.loops;
  return {
    stepId: way.kind === "next" ? way.stepId : stepId,
    loops: new Map([...loops, ...changed.map((loop): [string, LoopState] => [loop.stepId, loop])]),
    changed,
  };
}

/** Starts the queued step. Throws StepFault for what belongs onto the step. */
export async function startStep(resources: Resources, run: HeldRun): Promise<void> {
  const open = run.step;
  if (open?.status !== "queued") {
    return;
  }
  await ensureWorkspace(resources, run);
  const { attempt, humanContext } = open;
  const step = findAgentStep(run, open.stepId);
  const { outputs, loops } = run;
  const prepared = await prepareStep(resources, run, { step, attempt, outputs, loops, humanContext });
  const session =
    reusableSession(run, { agentSlug: open.agentSlug, timeoutMs: prepared.timeoutMs }) ??
    (await replaceSession(resources, run, () => openSession(resources, run, prepared)));
  const answers = await answersFor(resources, run, open);
  const start = startOf(run, { open, prepared, sessionId: session.id, now: now(), answers });
  await resources.transitions.write(run, {
    run: { startedAt: start.columns.startedAt },
    start: { id: open.id, ...start.columns },
    messages: [start.message],
  });
  run.row.startedAt ??= start.columns.startedAt;
  run.step = start.open;
  noteStepStart(run, start.open);
  resources.publisher.push([start.message]);
  await sendCommands(resources, run, [{ sessionId: session.id, body: start.command }]).catch((error: Error) =>
    run.log.warn({ err: error.message }, "a command was not sent; it will be repeated"),
  );
}

/** Two agents never work in one working copy at once: the old workload is gone before the new one gets its command. */
async function replaceSession(
  resources: Resources,
  run: HeldRun,
  open: () => ReturnType<typeof openSession>,
): ReturnType<typeof openSession> {
  const old = run.session;
  run.session = null;
  const closing = old && closeSession(resources, run, { session: old, status: "completed", error: null });
  const [opened] = await Promise.allSettled([open(), closing]);
  if (opened.status === "rejected") {
    throw opened.reason;
  }
  run.session = opened.value;
  return opened.value;
}

/** The running step's command once more, for a runtime that has not accepted it. */
export async function repeatCommand(resources: Resources, run: HeldRun): Promise<void> {
  const { step, session } = run;
  if (step?.status !== "running" || !session || step.deadlineAt === null || step.sessionId !== session.id) {
    return;
  }
  await ensureWorkspace(resources, run);
  const definition = findAgentStep(run, step.stepId);
  const { attempt, humanContext, startedAt, deadlineAt } = step;
  const { outputs, loops } = run;
  const prepared = await prepareStep(resources, run, { step: definition, attempt, outputs, loops, humanContext });
  const { command } = startOf(run, {
    open: step,
    prepared: { ...prepared, timeoutMs: deadlineAt - (startedAt ?? 0) },
    sessionId: session.id,
    now: startedAt ?? 0,
    answers: await answersFor(resources, run, step),
  });
  await sendCommands(resources, run, [{ sessionId: session.id, body: command }]);
}
