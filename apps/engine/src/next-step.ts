/** Making the next execution of a step: its row, and everything to start it at once when the agent's workload is there. */
import { pipelineFallbacks, stepRowId } from "@djinnbot/contracts";
import type { OutboxMessage } from "@djinnbot/core/outbox";
import { resolveStep } from "@djinnbot/core/pipeline-language";
import type { CommandBody } from "./channel.ts";
import { StepFault } from "./errors.ts";
import { type HeldRun, type OpenStep, told } from "./held-run.ts";
import { noteStepStart } from "./journal.ts";
import { agentStep, findStep, type PreparedStep, prepareStep } from "./prepare-step.ts";
import type { Resources } from "./resources.ts";
import { reusableSession } from "./session.ts";
import type { NewStep } from "./store/transition.ts";

export interface NextStep {
  row: NewStep;
  open: OpenStep;
  messages: OutboxMessage[];
  /** Present when the step is running with the row's insertion. */
  command: CommandBody | null;
}
export interface Wanted {
  stepId: string;
  retryCount: number;
  humanContext: string | null;
  /** Outputs the step will see. */
  outputs: Readonly<Record<string, string>>;
}

/** Throws StepFault EXECUTION_LIMIT, or PIPELINE_INVALID for a step that is not there. */
export async function nextStep(resources: Resources, run: HeldRun, wanted: Wanted): Promise<NextStep> {
  const definition = findStep(run, wanted.stepId);
  if (run.executions >= pipelineFallbacks.maxStepExecutions) {
    throw new StepFault(
      "EXECUTION_LIMIT",
      `The run has executed ${run.executions} steps, which is the most one run may.`,
    );
  }
  const attempt = (run.attempts.get(wanted.stepId) ?? 0) + 1;
  const now = Date.now();
  const open: OpenStep = {
    id: stepRowId(run.runId, wanted.stepId, attempt),
    stepId: wanted.stepId,
    attempt,
    sequence: run.sequence + 1,
    agentSlug: definition.agent,
    status: "queued",
    retryCount: wanted.retryCount,
    maxRetries: resolveStep(run.document, definition).maxRetries,
    humanContext: wanted.humanContext,
    sessionId: null,
    startedAt: null,
    deadlineAt: null,
  };
  const { id, stepId, sequence, agentSlug, retryCount, maxRetries, humanContext } = open;
  const row: NewStep = {
    ...{ id, stepId, attempt, sequence, retryCount, maxRetries, humanContext },
    agentId: agentSlug,
    status: "queued",
    queuedAt: now,
  };
  const queued = told(run, { type: "STEP_QUEUED", runId: run.runId, stepId, attempt, agentId: agentSlug });
  const prepared = run.session?.agentSlug === agentSlug ? await prepareOrNull(resources, run, { wanted, open }) : null;
  const session = prepared && reusableSession(run, { agentSlug, timeoutMs: prepared.timeoutMs });
  if (!prepared || !session) {
    return { row, open, messages: [queued], command: null };
  }
  const start = startOf(run, { open, prepared, sessionId: session.id, now });
  return {
    row: { ...row, ...start.columns, status: "running" },
    open: start.open,
    messages: [queued, start.message],
    command: start.command,
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
    const step = findStep(run, wanted.stepId);
    return await prepareStep(resources, run, { step, attempt, outputs: wanted.outputs, humanContext });
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
  options: { open: OpenStep; prepared: PreparedStep; sessionId: string; now: number },
) {
  const { open, prepared, sessionId, now } = options;
  const { agent } = prepared.profile;
  const deadlineAt = now + prepared.timeoutMs;
  const columns = {
    agentName: agent.name,
    agentEmoji: agent.emoji,
    inputs: { input: prepared.input },
    sessionId,
    modelUsed: prepared.model,
    maxRetries: prepared.maxRetries,
    startedAt: now,
    deadlineAt,
  };
  const started: OpenStep = {
    ...open,
    status: "running",
    sessionId,
    maxRetries: prepared.maxRetries,
    startedAt: now,
    deadlineAt,
  };
  const message = told(run, {
    type: "STEP_STARTED",
    runId: run.runId,
    stepId: open.stepId,
    attempt: open.attempt,
    agentId: open.agentSlug,
    sessionId,
    model: prepared.model,
  });
  return { columns, open: started, message, command: agentStep(run, prepared, { ...open, deadlineAt }) };
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
