/** Making the next execution of a step: its row, and everything to start it at once when the agent's workload is there. */

import { type PipelineStep, pipelineFallbacks, stepKind, stepRowId } from "@djinnbot/contracts";
import { stepBudgetStatement } from "@djinnbot/core";
import type { OutboxMessage } from "@djinnbot/core/outbox";
import { resolveStep } from "@djinnbot/core/pipeline-language";
import type { Statement } from "@djinnbot/core/tenant-sql";
import { agentStep, findAgentStep, findStep, type PreparedStep, prepareStep } from "../agent/prepare-step.ts";
import { reusableSession } from "../agent/session.ts";
import type { CommandBody } from "../held/channel.ts";
import { type HeldRun, type OpenStep, runEvent } from "../held/held-run.ts";
import { noteStepStart } from "../held/journal.ts";
import type { Wanted } from "../held/outcome.ts";
import { type Park, pausePark } from "../held/park.ts";
import type { Resources } from "../held/resources.ts";
import { now } from "../lib/clock.ts";
import { StepFault } from "../lib/errors.ts";
import type { NewStep } from "../store/transition.ts";
import { openGate } from "../waiting/gate.ts";

export interface NextStep {
  row: NewStep;
  open: OpenStep;
  messages: OutboxMessage[];
  /** Present when the step is running with the row's insertion. */
  command: CommandBody | null;
  /** Present when the run waits or is paused with it. */
  park: Park | null;
  /** What else goes into the transaction. */
  also: Statement[];
}
/** Throws StepFault EXECUTION_LIMIT, or PIPELINE_INVALID for a step that is not there. */
export async function nextStep(resources: Resources, run: HeldRun, wanted: Wanted): Promise<NextStep> {
  const definition = findStep(run, wanted.stepId);
  const most = run.document.maxStepExecutions ?? pipelineFallbacks.maxStepExecutions;
  if (run.executions >= most) {
    throw new StepFault(
      "EXECUTION_LIMIT",
      `The run has executed ${run.executions} steps, which is the most one run may.`,
    );
  }
  const open = openStep(run, definition, wanted);
  const row = rowOf(open);
  const { stepId, attempt, agentSlug } = open;
  const queued = runEvent(run, { type: "STEP_QUEUED", runId: run.runId, stepId, attempt, agentId: agentSlug });
  if (open.kind !== "agent") {
    const gate = await openGate(resources, run, { definition, open, wanted });
    return { row, open, messages: [queued, ...gate.messages], command: null, park: gate.park, also: gate.park.also };
  }
  const also = stepBudget(run, definition);
  if (run.row.pauseRequestedAt !== null) {
    const { park, messages } = pausePark(run);
    return { row, open, messages: [queued, ...messages], command: null, park, also };
  }
  const prepared = run.session?.agentSlug === agentSlug ? await prepareOrNull(resources, run, { wanted, open }) : null;
  const session = prepared && reusableSession(run, { agentSlug, timeoutMs: prepared.timeoutMs });
  if (!prepared || !session) {
    return { row, open, messages: [queued], command: null, park: null, also };
  }
  const start = startOf(run, { open, prepared, sessionId: session.id, now: row.queuedAt });
  return {
    row: { ...row, ...start.columns, status: "running" },
    open: start.open,
    messages: [queued, start.message],
    command: start.command,
    park: null,
    also,
  };
}

/** What the pipeline lets the step spend, over all its executions in the run. */
function stepBudget(run: HeldRun, { id, budget }: PipelineStep): Statement[] {
  const costMicros = budget?.dollars === undefined ? null : Math.round(budget.dollars * 1_000_000);
  const tokens = budget?.tokens ?? null;
  return costMicros === null && tokens === null
    ? []
    : [stepBudgetStatement({ runId: run.runId, stepId: id, costMicros, tokens, now: now() })];
}

function openStep(run: HeldRun, definition: PipelineStep, wanted: Wanted): OpenStep {
  const { stepId, retryCount, humanContext } = wanted;
  const attempt = (run.attempts.get(stepId) ?? 0) + 1;
  const kind = stepKind(definition);
  return {
    id: stepRowId(run.runId, stepId, attempt),
    stepId,
    attempt,
    kind,
    sequence: run.sequence + 1,
    agentSlug: definition.agent ?? "",
    status: kind === "agent" ? "queued" : "waiting",
    retryCount,
    maxRetries: kind === "agent" ? resolveStep(run.document, definition).maxRetries : 0,
    humanContext,
    sessionId: null,
    queuedAt: now(),
    startedAt: null,
    deadlineAt: null,
    commitHash: null,
  };
}

function rowOf(open: OpenStep): NewStep {
  const { id, stepId, attempt, kind, sequence, agentSlug, status, retryCount, maxRetries, humanContext, queuedAt } =
    open;
  return {
    ...{ id, stepId, attempt, kind, sequence, retryCount, maxRetries, humanContext },
    agentId: agentSlug,
    status: status === "waiting" ? "waiting" : "queued",
    queuedAt: queuedAt ?? now(),
  };
}

/** A step that cannot be prepared is queued, and fails when it is started. */
async function prepareOrNull(
  resources: Resources,
  run: HeldRun,
  { wanted, open }: { wanted: Wanted; open: OpenStep },
): Promise<PreparedStep | null> {
  try {
    const { attempt, humanContext } = open;
    const { outputs, loops } = wanted;
    const step = findAgentStep(run, wanted.stepId);
    return await prepareStep(resources, run, { step, attempt, outputs, loops, humanContext });
  } catch (error) {
    if (error instanceof StepFault) {
      return null;
    }
    throw error;
  }
}

/** Columns, message and command of a step that starts in a session. */
export function startOf(
  run: HeldRun,
  options: {
    open: OpenStep;
    prepared: PreparedStep;
    sessionId: string;
    now: number;
    /** What became of its delegations, when it goes on after them. */
    answers?: Record<string, string> | null;
  },
) {
  const { open, prepared, sessionId, now, answers = null } = options;
  const { agent } = prepared.profile;
  const deadlineAt = now + prepared.timeoutMs;
  const columns = {
    agentName: agent.name,
    agentEmoji: agent.emoji,
    inputs: { input: prepared.input, ...(prepared.loop ? { loop: prepared.loop } : {}) },
    sessionId,
    modelUsed: prepared.model,
    maxRetries: prepared.maxRetries,
    startedAt: open.startedAt ?? now,
    deadlineAt,
  };
  const started: OpenStep = {
    ...open,
    status: "running",
    sessionId,
    maxRetries: prepared.maxRetries,
    startedAt: columns.startedAt,
    deadlineAt,
  };
  const message = runEvent(run, {
    type: "STEP_STARTED",
    runId: run.runId,
    stepId: open.stepId,
    attempt: open.attempt,
    agentId: open.agentSlug,
    sessionId,
    model: prepared.model,
  });
  return { columns, open: started, message, command: agentStep(run, prepared, { ...open, deadlineAt, answers }) };
}

/** Records in memory what a transition has added. */
export function adoptStep(run: HeldRun, open: OpenStep): void {
  run.step = open;
  run.sequence = open.sequence;
  run.executions += 1;
  run.attempts.set(open.stepId, open.attempt);
  if (open.status === "running") {
    noteStepStart(run, open);
  }
}
