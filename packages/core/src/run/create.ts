import { Fault, newId, type PipelineDocument, type RunBudget, type runs } from "@djinnbot/contracts";
import type { Prisma } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { createRunBudget } from "../budget/for-run.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard, userIdOf } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { getPipelineOrFault, problemLine } from "../pipeline/queries.ts";
import { parsePipeline, stepsMeant } from "../pipeline-language/index.ts";
import { toRun } from "./queries.ts";
import { checkRepository } from "./repository.ts";

/**
 * Starts a pipeline: the row and its RUN_CREATED in one transaction; an engine picks it up. BAD_REQUEST when the pipeline has errors
 * or the repository is not one that runs may use.
 */
export async function createRun({ ctx, input }: VerbArgs<typeof runs.create>) {
  guard(ctx, "runs:write");
  const repository = input.repository === undefined ? null : await checkRepository(ctx, input.repository);
  return change(ctx, async (tx, messages) => {
    const pipeline = await getPipelineOrFault(tx, input.pipelineId);
    const { document, problems } = parsePipeline(pipeline.yamlContent);
    const errors = problems.filter((problem) => problem.severity === "error");
    if (document === null || errors.length > 0) {
      throw new Fault(
        "BAD_REQUEST",
        `The pipeline "${pipeline.slug}" cannot run: ${errors.map(problemLine).join("; ")}`,
      );
    }
    const id = newId("run");
    const now = ctx.now();
    const row = await tx.run.create({
      data: {
        id,
        pipelineId: pipeline.slug,
        pipelineName: pipeline.name,
        pipelineYaml: pipeline.yamlContent,
        projectId: input.projectId ?? null,
        taskDescription: input.task,
        ...(input.context === undefined ? {} : { humanContext: input.context as Prisma.InputJsonValue }),
        repository,
        baseBranch: input.baseBranch ?? null,
        taskBranch: `run/${id}`,
        workspaceType: "git_worktree",
        modelOverride: input.modelOverride ?? null,
        initiatedByUserId: userIdOf(ctx.actor),
        stepsTotal: stepsMeant(document.steps, document.steps[0]?.id).length,
        createdAt: now,
        updatedAt: now,
      },
    });
    await createRunBudget(tx, ctx, { runId: id, budget: input.budget ?? pipelineBudget(document) });
    await audit(tx, ctx, { action: "run.create", entity: "run", entityId: id, detail: { pipelineId: pipeline.slug } });
    messages.push(
      await outbox(tx, ctx, ["run", "tenant", "global"], {
        type: "RUN_CREATED",
        runId: id,
        pipelineId: pipeline.slug,
        taskDescription: input.task,
      }),
    );
    return toRun(row, {});
  });
}

/** What the pipeline's own text allows a run. */
export function pipelineBudget({ budget }: PipelineDocument): RunBudget | undefined {
  return (
    budget && {
      ...(budget.dollars === undefined ? {} : { costMicros: Math.round(budget.dollars * 1_000_000) }),
      ...(budget.tokens === undefined ? {} : { tokens: budget.tokens }),
    }
  );
}
