/** Runs and steps: rows to wire shapes, and finding them. */
import {
  type Failure,
  FailureCode,
  failure,
  notFound,
  type Run,
  RunStatus,
  type Step,
  StepKind,
  StepStatus,
} from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import { jsonObject, num, numOrNull, stringRecord } from "../json.ts";

export type RunRow = Prisma.RunGetPayload<Record<string, never>>;
export type StepRow = Prisma.StepGetPayload<Record<string, never>>;

/** Throws NOT_FOUND, also for another tenant's run. */
export async function getRunOrFault(tx: Tx, runId: string): Promise<RunRow> {
  const row = await tx.run.findFirst({ where: { id: runId } });
  if (!row) {
    throw notFound("Run");
  }
  return row;
}

/** Locks the row until the transaction ends, so that two people cannot restart a run at once. */
export async function lockRunOrFault(tx: Tx, runId: string): Promise<RunRow> {
  await tx.$queryRaw`SELECT 1 FROM runs WHERE id = ${runId} FOR UPDATE`;
  return getRunOrFault(tx, runId);
}

/** The stored failure with its meaning and remedy; null when there is none. */
export function toFailure(code: string | null, message: string | null): Failure | null {
  const known = FailureCode.safeParse(code);
  return known.success ? failure(known.data, message ?? "") : null;
}

function humanContext(value: Prisma.JsonValue | null): Run["humanContext"] {
  if (value === null || typeof value === "string") {
    return value;
  }
  return jsonObject(value);
}

/** A row with its outputs as the contract shows it. */
export function toRun(row: RunRow, outputs: Record<string, string>): Run {
  return {
    id: row.id,
    tenantId: row.tenantId,
    pipelineId: row.pipelineId,
    pipelineName: row.pipelineName,
    projectId: row.projectId,
    task: row.taskDescription,
    status: RunStatus.parse(row.status),
    currentStep: row.currentStepId,
    outputs,
    failure: toFailure(row.failureCode, row.failureMessage),
    taskBranch: row.taskBranch,
    repository: row.repository,
    stepsTotal: row.stepsTotal,
    stepsCompleted: row.stepsCompleted,
    costMicros: num(row.costMicros),
    inputTokens: num(row.inputTokens),
    outputTokens: num(row.outputTokens),
    costApproximate: row.costApproximate,
    humanContext: humanContext(row.humanContext),
    keyResolution: row.keyResolution === null ? null : jsonObject(row.keyResolution),
    initiatedByUserId: row.initiatedByUserId,
    modelOverride: row.modelOverride,
    parentRunId: row.parentRunId,
    forkedFrom: row.forkedFrom,
    pausing: row.pauseRequestedAt !== null,
    createdAt: num(row.createdAt),
    updatedAt: num(row.updatedAt),
    startedAt: numOrNull(row.startedAt),
    completedAt: numOrNull(row.completedAt),
  };
}

/** A row as the contract shows it. */
export function toStep(row: StepRow): Step {
  return {
    id: row.id,
    runId: row.runId,
    stepId: row.stepId,
    attempt: row.attempt,
    kind: StepKind.parse(row.kind),
    agentId: row.agentId,
    agentName: row.agentName,
    agentEmoji: row.agentEmoji,
    status: StepStatus.parse(row.status),
    inputs: jsonObject(row.inputs),
    outputs: stringRecord(row.outputs),
    summary: row.summary,
    error: row.error,
    failure: toFailure(row.failureCode, row.error),
    retryCount: row.retryCount,
    maxRetries: row.maxRetries,
    sessionId: row.sessionId,
    commitHash: row.commitHash,
    commitMessage: row.commitMessage,
    modelUsed: row.modelUsed,
    humanContext: row.humanContext,
    costMicros: num(row.costMicros),
    inputTokens: num(row.inputTokens),
    outputTokens: num(row.outputTokens),
    queuedAt: numOrNull(row.queuedAt),
    startedAt: numOrNull(row.startedAt),
    completedAt: numOrNull(row.completedAt),
  };
}

/** Outputs by run: one query for a whole list. */
export async function outputsOf(tx: Tx, runIds: readonly string[]): Promise<Map<string, Record<string, string>>> {
  const rows = await tx.output.findMany({ where: { runId: { in: [...runIds] } } });
  const byRun = new Map<string, Record<string, string>>();
  for (const row of rows) {
    byRun.set(row.runId, { ...byRun.get(row.runId), [row.key]: row.value });
  }
  return byRun;
}
