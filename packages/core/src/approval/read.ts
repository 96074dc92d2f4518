import { type approvals, Fault } from "@djinnbot/contracts";
import { type Prisma, withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { approvalInclude, findDecider, getApprovalOrFault, mayDecide, toApproval } from "./row.ts";

/** The cursor of a page: creation time and id of its last question. */
function readCursor(cursor: string): { createdAt: bigint; id: string } {
  const match = /^(\d{1,16})_(run_\S{1,190})$/.exec(cursor);
  if (!match?.[1] || !match[2]) {
    throw new Fault("BAD_REQUEST", "The cursor is not one that a list answered.");
  }
  return { createdAt: BigInt(match[1]), id: match[2] };
}

/** Questions, newest first. */
export async function listApprovals({ ctx, input }: VerbArgs<typeof approvals.list>) {
  guard(ctx, "runs:read");
  const where: Prisma.ApprovalWhereInput[] = [];
  if (input.cursor !== undefined) {
    const after = readCursor(input.cursor);
    where.push({ OR: [{ createdAt: { lt: after.createdAt } }, { createdAt: after.createdAt, id: { lt: after.id } }] });
  }
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const rows = await tx.approval.findMany({
      where: { AND: where, status: input.status, runId: input.runId },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: input.limit + 1,
      include: approvalInclude,
    });
    const decider = await findDecider(tx, ctx);
    const shown = rows.slice(0, input.limit);
    const last = shown.at(-1);
    return {
      items: shown.map((row) => toApproval(row, ctx, decider)),
      nextCursor: rows.length > input.limit && last ? `${last.createdAt}_${last.id}` : null,
    };
  });
}

/** Open questions of the tenant, counted up to a number that no badge shows. */
export async function countApprovals({ ctx }: VerbArgs<typeof approvals.count>) {
  guard(ctx, "runs:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const rows = await tx.approval.findMany({ where: { status: "pending" }, select: { who: true }, take: 1000 });
    const decider = await findDecider(tx, ctx);
    const mine = ctx.scopes.has("runs:write") ? rows.filter((row) => mayDecide(row, decider)).length : 0;
    return { pending: rows.length, mine };
  });
}

export async function getApproval({ ctx, input }: VerbArgs<typeof approvals.get>) {
  guard(ctx, "runs:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) =>
    toApproval(await getApprovalOrFault(tx, input.approvalId), ctx, await findDecider(tx, ctx)),
  );
}
