import { access } from "node:fs/promises";
import { join } from "node:path";
import { tenantPaths } from "@djinnbot/config";
import {
  Fault,
  type PlannedStep,
  PushState,
  type RunBranch,
  type RunDetail,
  type RunLoop,
  type runs,
  stepKind,
} from "@djinnbot/contracts";
import { type Prisma, type Tx, withTenant } from "@djinnbot/db";
import { z } from "zod";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { parsePipeline, stepsFrom } from "../pipeline-language/index.ts";
import { readOutline } from "../pipeline-language/outline.ts";
import { readSource } from "../pipeline-language/source.ts";
import { getRunOrFault, outputsOf, type RunRow, toRun, toStep } from "./queries.ts";
import { workedOf } from "./worked.ts";

/** The cursor of a page: creation time and id of its last run. */
function readCursor(cursor: string): { createdAt: bigint; id: string } {
  const match = /^(\d{1,16})_(run_[0-9a-z]+)$/.exec(cursor);
  if (!match?.[1] || !match[2]) {
    throw new Fault("BAD_REQUEST", "The cursor is not one that a list answered.");
  }
  return { createdAt: BigInt(match[1]), id: match[2] };
}

/** Runs, newest first. `search` looks into task, id and pipeline. */
export async function listRuns({ ctx, input }: VerbArgs<typeof runs.list>) {
  guard(ctx, "runs:read");
  const where: Prisma.RunWhereInput[] = [];
  if (input.cursor !== undefined) {
    const after = readCursor(input.cursor);
    where.push({ OR: [{ createdAt: { lt: after.createdAt } }, { createdAt: after.createdAt, id: { lt: after.id } }] });
  }
  where.push({ parentRunId: input.parentRunId ?? null });
  if (input.pipelineId !== undefined) {
    where.push({ pipelineId: input.pipelineId });
  }
  if (input.status !== undefined) {
    where.push({ status: input.status });
  }
  if (input.agentId !== undefined) {
    where.push({ steps: { some: { agentId: input.agentId } } });
  }
  if (input.search !== undefined) {
    const contains = { contains: input.search, mode: "insensitive" as const };
    where.push({ OR: [{ taskDescription: contains }, { id: contains }, { pipelineId: contains }] });
  }
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const rows = await tx.run.findMany({
      where: { AND: where },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: input.limit + 1,
      omit: { pipelineYaml: true },
    });
    const shown = rows.slice(0, input.limit);
    const ids = shown.map((row) => row.id);
    const outputs = await outputsOf(tx, ids);
    const worked = await workedOf(tx, ids);
    const last = shown.at(-1);
    return {
      items: shown.map((row) => ({
        ...toRun({ ...row, pipelineYaml: "" }, outputs.get(row.id) ?? {}),
        ...(worked.get(row.id) ?? { workedMs: null, workingSince: null }),
        pushStatus: PushState.shape.status.parse(row.pushStatus),
      })),
      nextCursor: rows.length > input.limit && last ? `${last.createdAt}_${last.id}` : null,
    };
  });
}

/** One run with every execution of its steps, in order. */
export async function getRun({ ctx, input }: VerbArgs<typeof runs.get>) {
  guard(ctx, "runs:read");
  return withTenant(ctx.deps.db, ctx.tenantId, (tx) => readDetail(tx, ctx, input.runId));
}

/** The detail of a run inside a transaction; shared by the verbs that answer it after a change. */
export async function readDetail(tx: Tx, ctx: Ctx, runId: string): Promise<RunDetail> {
  const row = await getRunOrFault(tx, runId);
  const steps = await tx.step.findMany({ where: { runId }, orderBy: { sequence: "asc" } });
  const outputs = await outputsOf(tx, [runId]);
  const workspace = tenantPaths(ctx.deps.config.dataDir, ctx.tenantId).workspace(runId);
  const [exists, hasGit] = await Promise.all([isThere(workspace), isThere(join(workspace, ".git"))]);
  return {
    ...toRun(row, outputs.get(runId) ?? {}),
    keyUserId: row.initiatedByUserId,
    workspaceType: row.workspaceType,
    workspaceExists: exists,
    workspaceHasGit: hasGit,
    push: PushState.parse({ status: row.pushStatus, detail: row.pushDetail }),
    steps: steps.map(toStep),
    plan: planOf(row),
    loops: (await tx.loopState.findMany({ where: { runId }, orderBy: { depth: "asc" } })).map(toLoop),
    branches:
      // Executors have no branch of the pipeline: they belong to the delegations.
      (
        await tx.run.findMany({
          where: { parentRunId: runId, branch: { not: null } },
          orderBy: [{ createdAt: "asc" }, { id: "asc" }],
        })
      ).map(toBranch),
  };
}

const LoopItems = z.array(z.object({ id: z.string(), status: z.enum(["pending", "running", "completed", "failed"]) }));

function toLoop(row: Prisma.LoopStateGetPayload<Record<string, never>>): RunLoop {
  const items = LoopItems.safeParse(row.items);
  return { stepId: row.stepId, index: row.currentIndex, active: row.active, items: items.data ?? [] };
}

function toBranch(row: RunRow): RunBranch {
  const run = toRun(row, {});
  const { status, currentStep, failure, costMicros, inputTokens, outputTokens, startedAt, completedAt } = run;
  return {
    ...{ runId: run.id, branch: row.branch ?? "", parentStep: row.parentStep ?? "" },
    ...{ status, currentStep, failure, costMicros, inputTokens, outputTokens, startedAt, completedAt },
  };
}

/** What the run can come to; of a pipeline that is wrong, whatever can be read of it: such a run shows what it would have done. */
function planOf(row: Pick<RunRow, "pipelineYaml" | "branch">): PlannedStep[] {
  const { document } = parsePipeline(row.pipelineYaml);
  if (document) {
    const first = row.branch ?? document.steps[0]?.id;
    return stepsFrom(document.steps, first).map((step) => ({
      stepId: step.id,
      agentId: step.agent ?? "",
      kind: stepKind(step),
      outputs: step.outputs,
      results: Object.keys(step.onResult ?? {}),
    }));
  }
  const { source } = readSource(row.pipelineYaml);
  return readOutline(source?.raw ?? {}).steps.flatMap(({ id, agent, kind }) =>
    id === undefined ? [] : [{ stepId: id, agentId: agent ?? "", kind, outputs: [], results: [] }],
  );
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
