/** Verbs of the noun `steps`. */
import { activeStepStatuses, type Contracts, notFound, StepStatus, type steps } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { getRunOrFault, toStep } from "../run/queries.ts";
import { restartStep } from "../run/restart.ts";
import type { VerbsOf } from "../verbs.ts";

/** The latest execution of a step. */
async function getStep({ ctx, input }: VerbArgs<typeof steps.get>) {
  guard(ctx, "runs:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const run = await getRunOrFault(tx, input.runId);
    const row = await tx.step.findFirst({
      where: { runId: run.id, stepId: input.stepId },
      orderBy: { attempt: "desc" },
    });
    if (!row) {
      throw notFound("Step");
    }
    return toStep(row);
  });
}

/** Open steps, and the latest finished one of each agent. */
async function stepActivity({ ctx }: VerbArgs<typeof steps.activity>) {
  guard(ctx, "runs:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const open = await tx.step.findMany({
      where: { status: { in: [...activeStepStatuses] } },
      take: 1000,
    });
    const latest = await tx.step.findMany({
      where: { completedAt: { not: null } },
      orderBy: { completedAt: "desc" },
      distinct: ["agentId"],
      take: 200,
    });
    const items = [...open, ...latest].map((row) => ({
      agentId: row.agentId,
      runId: row.runId,
      stepId: row.stepId,
      status: StepStatus.parse(row.status),
      at: Number(row.completedAt ?? row.startedAt ?? row.queuedAt ?? 0n),
    }));
    return { items };
  });
}

export const stepVerbs: VerbsOf<Contracts["steps"]> = { get: getStep, restart: restartStep, activity: stepActivity };
