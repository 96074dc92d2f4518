/** Approvals: rows to the wire, and who may answer them. */
import { type ApprovalRequest, ApprovalStatus, notFound } from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import type { Ctx } from "../ctx.ts";
import { userIdOf } from "../guard.ts";
import { num, numOrNull } from "../json.ts";

const withRun = { run: { select: { pipelineId: true, pipelineName: true, taskDescription: true } } } as const;
export const approvalInclude = withRun satisfies Prisma.ApprovalInclude;
export type ApprovalRow = Prisma.ApprovalGetPayload<{ include: typeof withRun }>;

/** The person behind the caller; null for services and runs, and for keys that belong to nobody. */
export interface Decider {
  userId: string;
  role: string;
  email: string;
  name: string;
}

export async function findDecider(tx: Tx, ctx: Ctx): Promise<Decider | null> {
  const userId = userIdOf(ctx.actor);
  const user = userId === null ? null : await tx.user.findFirst({ where: { id: userId } });
  return user && { userId: user.id, role: user.role, email: user.email, name: user.displayName ?? user.email };
}

const texts = (value: Prisma.JsonValue): string[] =>
  Array.isArray(value) ? value.filter((part): part is string => typeof part === "string") : [];

/** Named by role or address; when nobody is named, whoever may change runs. */
export function mayDecide(row: Pick<ApprovalRow, "who">, decider: Decider | null): boolean {
  const who = texts(row.who).map((name) => name.toLowerCase());
  return (
    who.length === 0 || (decider !== null && (who.includes(decider.role) || who.includes(decider.email.toLowerCase())))
  );
}

export function toApproval(row: ApprovalRow, ctx: Ctx, decider: Decider | null): ApprovalRequest {
  return {
    id: row.id,
    runId: row.runId,
    stepId: row.stepId,
    attempt: row.attempt,
    pipelineId: row.run.pipelineId,
    pipelineName: row.run.pipelineName,
    task: row.run.taskDescription,
    status: ApprovalStatus.parse(row.status),
    message: row.message,
    who: texts(row.who),
    mayDecide: row.status === "pending" && ctx.scopes.has("runs:write") && mayDecide(row, decider),
    comment: row.comment,
    decidedBy: row.decidedBy,
    decidedByName: row.decidedByName,
    createdAt: num(row.createdAt),
    expiresAt: numOrNull(row.expiresAt),
    decidedAt: numOrNull(row.decidedAt),
  };
}

/** Throws NOT_FOUND, also for another tenant's question. */
export async function getApprovalOrFault(tx: Tx, id: string): Promise<ApprovalRow> {
  const row = await tx.approval.findFirst({ where: { id }, include: approvalInclude });
  if (!row) {
    throw notFound("Approval");
  }
  return row;
}
