import { type approvals, Fault } from "@djinnbot/contracts";
import { actorName } from "../actor-name.ts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { lockRunOrFault } from "../run/queries.ts";
import { wakeWaiting } from "../run/wake.ts";
import { type ApprovalRow, findDecider, getApprovalOrFault, mayDecide, toApproval } from "./row.ts";

/** Answers a question and wakes its run. FORBIDDEN for those who are not asked; CONFLICT when it was answered otherwise. */
export async function decideApproval({ ctx, input }: VerbArgs<typeof approvals.decide>) {
  guard(ctx, "runs:write");
  const status = input.decision === "approve" ? "approved" : "rejected";
  return change(ctx, async (tx, messages) => {
    const { runId } = await getApprovalOrFault(tx, input.approvalId);
    // The run first: whoever changes both locks in this order.
    const run = await lockRunOrFault(tx, runId);
    const row = await getApprovalOrFault(tx, input.approvalId);
    const decider = await findDecider(tx, ctx);
    if (!mayDecide(row, decider)) {
      throw new Fault("FORBIDDEN", "This question is for others: see `who`.");
    }
    if (row.status === status) {
      return toApproval(row, ctx, decider);
    }
    refuseEnded(row, ctx.now());
    const decided = { status, comment: input.comment || null, decidedBy: decider?.userId ?? null };
    const decidedByName = decider?.name ?? (await actorName(tx, ctx));
    await tx.approval.update({
      where: { id: row.id },
      data: { ...decided, decidedByName, decidedAt: ctx.now() },
    });
    await audit(tx, ctx, {
      action: `approval.${status}`,
      entity: "run",
      entityId: run.id,
      detail: { approval: row.id },
    });
    messages.push(
      await outbox(tx, ctx, ["run", "tenant"], {
        type: "APPROVAL_DECIDED",
        runId: run.id,
        stepId: row.stepId,
        attempt: row.attempt,
        approvalId: row.id,
        status,
        comment: decided.comment,
        decidedBy: decidedByName,
      }),
      ...(await wakeWaiting(tx, ctx, run)),
    );
    return toApproval(await getApprovalOrFault(tx, row.id), ctx, decider);
  });
}

function refuseEnded(row: ApprovalRow, now: number): void {
  if (row.status !== "pending") {
    const how = row.status === "expired" ? "its time is over" : `it was ${row.status} before`;
    throw new Fault("CONFLICT", `The question cannot be answered any more: ${how}.`);
  }
  if (row.expiresAt !== null && Number(row.expiresAt) <= now) {
    throw new Fault("CONFLICT", "The question cannot be answered any more: its time is over.");
  }
}
