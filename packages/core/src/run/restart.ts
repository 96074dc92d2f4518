import {
  Fault,
  isAgentStep,
  isTerminal,
  kindOf,
  notFound,
  type PipelineDocument,
  RunStatus,
  type runs,
  stepRowId,
  type steps,
} from "@djinnbot/contracts";
import type { Tx } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { parsePipeline, resolveStep } from "../pipeline-language/index.ts";
import { partOf } from "./part-of.ts";
import { lockRunOrFault, type RunRow } from "./queries.ts";
import { readDetail } from "./read.ts";

/** Runs a finished run again from its first step. Its outputs go, its history of attempts stays. */
export async function restartRun({ ctx, input }: VerbArgs<typeof runs.restart>) {
  guard(ctx, "runs:write");
  return restart(ctx, { runId: input.runId, stepId: null, context: input.context ?? null });
}

/** Runs again from one step; outputs of the steps before it stay and are used. */
export async function restartStep({ ctx, input }: VerbArgs<typeof steps.restart>) {
  guard(ctx, "runs:write");
  return restart(ctx, { runId: input.runId, stepId: input.stepId, context: input.context ?? null });
}

interface Restart {
  runId: string;
  /** Null: the first step, with a clean working copy. */
  stepId: string | null;
  context: string | null;
}

async function restart(ctx: Ctx, wanted: Restart) {
  return change(ctx, async (tx, messages) => {
    const row = await lockRunOrFault(tx, wanted.runId);
    if (!isTerminal(RunStatus.parse(row.status))) {
      throw new Fault("CONFLICT", "The run is still going on. Cancel it first, or wait for its end.");
    }
    const kind = kindOf(row);
    if (kind !== "root") {
      const step = kind === "branch" ? "the parallel step" : "the step that called it";
      throw new Fault("CONFLICT", `${partOf(kind, row)}. Restart ${step} there.`);
    }
    const { document } = parsePipeline(row.pipelineYaml);
    if (document === null) {
      throw new Fault("CONFLICT", "The pipeline this run started with cannot be read any more. Start a new run.");
    }
    const step =
      wanted.stepId === null ? document.steps[0] : document.steps.find((candidate) => candidate.id === wanted.stepId);
    if (!step) {
      throw notFound("Step");
    }
    await queueAgain(tx, {
      ctx,
      row,
      document,
      stepId: step.id,
      context: wanted.context,
      fresh: wanted.stepId === null,
    });
    const action = wanted.stepId === null ? "run.restart" : "step.restart";
    await audit(tx, ctx, { action, entity: "run", entityId: row.id, detail: { stepId: step.id } });
    const body = {
      type: "RUN_CREATED" as const,
      runId: row.id,
      pipelineId: row.pipelineId,
      taskDescription: row.taskDescription,
    };
    messages.push(await outbox(tx, ctx, ["run", "tenant"], body));
    messages.push(
      await outbox(tx, ctx, ["global"], { type: "RUN_RESTART_REQUESTED", runId: row.id, stepId: wanted.stepId }),
    );
    return readDetail(tx, ctx, row.id);
  });
}

interface QueueAgain {
  ctx: Ctx;
  row: RunRow;
  document: PipelineDocument;
  stepId: string;
  context: string | null;
  fresh: boolean;
}

/** A new attempt, queued, and the run pending without an owner: whichever engine takes it starts there. */
async function queueAgain(tx: Tx, { ctx, row, document, stepId, context, fresh }: QueueAgain): Promise<void> {
  const now = ctx.now();
  const step = document.steps.find((candidate) => candidate.id === stepId);
  if (!step) {
    throw notFound("Step");
  }
  const [attempts, total] = await Promise.all([
    tx.step.aggregate({ where: { runId: row.id, stepId }, _max: { attempt: true } }),
    tx.step.aggregate({ where: { runId: row.id }, _max: { sequence: true } }),
  ]);
  const attempt = (attempts._max.attempt ?? 0) + 1;
  if (fresh) {
    await tx.output.deleteMany({ where: { runId: row.id } });
  }
  await forgetLoops(tx, { runId: row.id, stepId, fresh });
  // A person who restarts a run may have changed its agents for it.
  await tx.runAgent.deleteMany({ where: { runId: row.id } });
  // A step that no agent does is opened by the engine, which asks the question or starts the branches anew.
  if (isAgentStep(step)) {
    await tx.step.create({
      data: {
        id: stepRowId(row.id, stepId, attempt),
        runId: row.id,
        stepId,
        attempt,
        sequence: (total._max.sequence ?? 0) + 1,
        agentId: step.agent,
        status: "queued",
        maxRetries: resolveStep(document, step).maxRetries,
        humanContext: context,
        queuedAt: now,
      },
    });
  }
  await tx.run.update({
    where: { id: row.id },
    data: {
      status: "pending",
      currentStepId: stepId,
      failureCode: null,
      failureMessage: null,
      cancelRequestedAt: null,
      pauseRequestedAt: null,
      wakeAt: null,
      completedAt: null,
      leaseOwner: null,
      // No start time means: begin with a clean working copy.
      ...(fresh ? { startedAt: null, stepsCompleted: 0 } : {}),
      updatedAt: now,
    },
  });
}

/** From its first step, every loop begins anew; from a loop's own step only when the loop was over. */
async function forgetLoops(
  tx: Tx,
  { runId, stepId, fresh }: { runId: string; stepId: string; fresh: boolean },
): Promise<void> {
  await tx.loopState.deleteMany({ where: fresh ? { runId } : { runId, stepId, active: false } });
}
