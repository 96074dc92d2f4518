import { Fault, kindOf, newId, notFound, type PipelineDocument, type runs } from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { createRunBudget } from "../budget/for-run.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard, userIdOf } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { parsePipeline, stepsMeant } from "../pipeline-language/index.ts";
import { pipelineBudget } from "./create.ts";
import { partOf, startedRunOf } from "./part-of.ts";
import { lockRunOrFault, outputsOf, type RunRow, toRun } from "./queries.ts";

/**
 * A new run that begins where the old one came to a step: with the outputs and the commits of the steps before it. The old run is
 * not touched, and may still be going on. Part of a run means nothing alone: what it makes is for the run that waits for it.
 */
export async function forkRun({ ctx, input }: VerbArgs<typeof runs.fork>) {
  guard(ctx, "runs:write");
  return change(ctx, async (tx, messages) => {
    const old = await lockRunOrFault(tx, input.runId);
    const kind = kindOf(old);
    if (kind !== "root") {
      const whole = await startedRunOf(tx, old.id);
      throw new Fault(
        "CONFLICT",
        `${partOf(kind, old)}. Fork the run ${whole} instead, from the step you want to change.`,
      );
    }
    const { document } = parsePipeline(old.pipelineYaml);
    if (document === null) {
      throw new Fault("CONFLICT", "The pipeline this run started with cannot be read any more. Start a new run.");
    }
    const first = firstStep(document, input.stepId);
    const before = await stepsBefore(tx, old, input.stepId ?? null);
    const id = newId("run");
    const now = ctx.now();
    const row = await tx.run.create({
      data: {
        ...inherited(old),
        id,
        taskDescription: input.task ?? old.taskDescription,
        modelOverride: input.modelOverride === undefined ? old.modelOverride : input.modelOverride,
        ...context(old, input.context ?? null),
        taskBranch: `run/${id}`,
        initiatedByUserId: userIdOf(ctx.actor),
        currentStepId: first,
        forkedFrom: old.id,
        rootRunId: old.rootRunId ?? old.id,
        baseCommit: before.commit ?? old.baseCommit,
        stepsTotal: stepsMeant(document.steps, first).length,
        createdAt: now,
        updatedAt: now,
      },
    });
    await createRunBudget(tx, ctx, { runId: id, budget: pipelineBudget(document) });
    await tx.output.createMany({
      data: Object.entries(before.outputs).map(([key, value]) => ({
        runId: id,
        key,
        value,
        stepId: first,
        updatedAt: now,
      })),
    });
    await audit(tx, ctx, { action: "run.fork", entity: "run", entityId: id, detail: { from: old.id, stepId: first } });
    messages.push(
      await outbox(tx, ctx, ["run", "tenant", "global"], {
        type: "RUN_CREATED",
        runId: id,
        pipelineId: row.pipelineId,
        taskDescription: row.taskDescription,
      }),
    );
    return toRun(row, (await outputsOf(tx, [id])).get(id) ?? {});
  });
}

function firstStep(document: PipelineDocument, wanted: string | undefined): string {
  const step = document.steps.find((candidate) => wanted === undefined || candidate.id === wanted);
  if (!step) {
    throw notFound("Step");
  }
  return step.id;
}

/** What the run knew when it came to the step first: outputs of the executions before it, and the newest of their commits. */
async function stepsBefore(
  tx: Tx,
  run: RunRow,
  stepId: string | null,
): Promise<{ outputs: Record<string, string>; commit: string | null }> {
  if (stepId === null) {
    return { outputs: {}, commit: null };
  }
  const first = await tx.step.findFirst({ where: { runId: run.id, stepId }, orderBy: { sequence: "asc" } });
  const done = await tx.step.findMany({
    where: { runId: run.id, status: "completed", ...(first ? { sequence: { lt: first.sequence } } : {}) },
    orderBy: { sequence: "asc" },
    select: { outputs: true, commitHash: true },
  });
  return {
    outputs: Object.assign({}, ...done.map((step) => step.outputs)) as Record<string, string>,
    commit: done.findLast((step) => step.commitHash !== null)?.commitHash ?? null,
  };
}

function inherited(old: RunRow) {
  const { pipelineId, pipelineName, pipelineYaml, projectId, repository, baseBranch, workspaceType } = old;
  return { pipelineId, pipelineName, pipelineYaml, projectId, repository, baseBranch, workspaceType };
}

/** What a person adds comes beside what the run was started with. */
function context(old: RunRow, added: string | null): { humanContext?: Prisma.InputJsonValue } {
  const { humanContext } = old;
  if (added === null) {
    return humanContext === null ? {} : { humanContext };
  }
  if (humanContext === null || typeof humanContext !== "object" || Array.isArray(humanContext)) {
    return { humanContext: typeof humanContext === "string" ? `${humanContext}\n\n${added}` : added };
  }
  return { humanContext: { ...humanContext, additional_context: added } };
}
