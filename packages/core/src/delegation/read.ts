/** Delegations as they stand. */
import {
  activeStepStatuses,
  type DelegatedTask,
  DelegatedTaskStatus,
  type Delegation,
  DelegationKind,
  DelegationStatus,
  type delegations,
  isTerminal,
  notFound,
  openRunStatuses,
  RunStatus,
} from "@djinnbot/contracts";
import { type Prisma, type Tx, withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { num, numOrNull, stringRecord } from "../json.ts";

const withTasks = {
  tasks: { orderBy: { position: "asc" } },
  run: { select: { status: true } },
} as const satisfies Prisma.DelegationInclude;
export type DelegationRow = Prisma.DelegationGetPayload<{ include: typeof withTasks }>;

type Listed = VerbArgs<typeof delegations.list>["input"];

const maxListed = 100;

export async function listDelegations({ ctx, input }: VerbArgs<typeof delegations.list>) {
  guard(ctx, "runs:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const rows = await tx.delegation.findMany({
      where: { runId: input.runId, ...(await inStatus(tx, input)) },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: maxListed,
      include: withTasks,
    });
    return { swarms: await toDelegations(tx, rows) };
  });
}

/** In the query, so that no number of newer ones hides one: what was given up counts as cancelled here too. */
async function inStatus(tx: Tx, { runId, status }: Listed): Promise<Prisma.DelegationWhereInput> {
  if (status !== "running" && status !== "cancelled") {
    return status === undefined ? {} : { status };
  }
  const steps = await tx.step.findMany({
    where: {
      runId,
      status: { in: [...activeStepStatuses] },
      run: { status: { in: [...openRunStatuses] }, delegations: { some: { status: "running" } } },
    },
    select: { id: true },
  });
  const awaited = steps.map(({ id }) => id);
  return status === "running"
    ? { status, stepRow: { in: awaited } }
    : { OR: [{ status }, { status: "running", stepRow: { notIn: awaited } }] };
}

export async function getDelegation({ ctx, input }: VerbArgs<typeof delegations.get>) {
  guard(ctx, "runs:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const [found] = await toDelegations(tx, [await getDelegationOrFault(tx, input.swarmId)]);
    if (!found) {
      throw notFound("Delegation");
    }
    return found;
  });
}

/** Throws NOT_FOUND, also for another tenant's. */
export async function getDelegationOrFault(tx: Tx, id: string): Promise<DelegationRow> {
  const row = await tx.delegation.findFirst({ where: { id }, include: withTasks });
  if (!row) {
    throw notFound("Delegation");
  }
  return row;
}

/** One whose step is over without having waited for it was given up, although nobody wrote that down. */
export async function isAbandoned(tx: Tx, row: DelegationRow): Promise<boolean> {
  if (row.status !== "running") {
    return false;
  }
  const where = { id: row.stepRow, status: { in: [...activeStepStatuses] } };
  return isTerminal(RunStatus.parse(row.run.status)) || (await tx.step.count({ where })) === 0;
}

async function toDelegations(tx: Tx, rows: readonly DelegationRow[]): Promise<Delegation[]> {
  const runIds = rows.flatMap(({ tasks }) => tasks.map(({ runId }) => runId));
  const executors = await tx.run.findMany({
    where: { id: { in: runIds } },
    select: { id: true, costMicros: true, startedAt: true, completedAt: true },
  });
  const runs = new Map(executors.map((run) => [run.id, run]));
  return Promise.all(rows.map(async (row) => toDelegation(row, { runs, abandoned: await isAbandoned(tx, row) })));
}

type ExecutorRun = Pick<Prisma.RunGetPayload<Record<string, never>>, "costMicros" | "startedAt" | "completedAt">;

function toDelegation(
  row: DelegationRow,
  { runs, abandoned }: { runs: ReadonlyMap<string, ExecutorRun>; abandoned: boolean },
): Delegation {
  const tasks = row.tasks.map((task): DelegatedTask => {
    const status = DelegatedTaskStatus.parse(task.status);
    const run = runs.get(task.runId);
    const isOpen = status === "pending" || status === "running";
    return {
      ...{ key: task.key, title: task.title, evaluation: task.evaluation, agentId: row.agent, model: task.model },
      ...{ runId: task.runId, projectId: task.projectId, taskId: task.taskId, error: task.error },
      status: abandoned && isOpen ? "cancelled" : status,
      dependencies: texts(task.dependencies),
      outputs: stringRecord(task.outputs),
      conflicts: texts(task.conflicts),
      commitHash: task.commitHash,
      costMicros: num(run?.costMicros ?? 0n),
      startedAt: numOrNull(task.startedAt),
      completedAt: numOrNull(task.completedAt),
      workStartedAt: numOrNull(run?.startedAt ?? null),
      workCompletedAt: numOrNull(run?.completedAt ?? null),
    };
  });
  const count = (...statuses: DelegatedTaskStatus[]) => tasks.filter(({ status }) => statuses.includes(status)).length;
  return {
    ...{ swarmId: row.id, runId: row.runId, stepId: row.stepId, attempt: row.attempt, agentId: row.agent, tasks },
    kind: DelegationKind.parse(row.kind),
    status: abandoned ? "cancelled" : DelegationStatus.parse(row.status),
    maxConcurrent: row.maxConcurrent,
    evaluationCriteria: row.criteria,
    activeCount: count("running"),
    completedCount: count("completed"),
    failedCount: count("failed"),
    totalCount: tasks.length,
    error: abandoned ? "The step ended without waiting for it." : row.error,
    cancelRequested: row.cancelRequestedAt !== null,
    deadlineAt: numOrNull(row.deadlineAt),
    createdAt: num(row.createdAt),
    updatedAt: num(row.updatedAt),
    completedAt: numOrNull(row.completedAt),
  };
}

function texts(value: Prisma.JsonValue): string[] {
  return Array.isArray(value) ? value.filter((part): part is string => typeof part === "string") : [];
}
