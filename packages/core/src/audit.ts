/** Appends to the audit log inside the transaction of the change: no change without its record. */
import { newId } from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import type { Ctx } from "./ctx.ts";
import { actorId } from "./guard.ts";

export interface AuditEntry {
  /** `noun.verb`, e.g. `agent.create`. */
  action: string;
  entity: string;
  entityId: string | null;
  /** What changed, without secrets. */
  detail?: Prisma.InputJsonObject;
}

/** Adds one entry: who (`ctx.actor`), from where, by which request, when (epoch ms). It goes with `tx`. */
export async function audit(
  tx: Tx,
  ctx: Pick<Ctx, "actor" | "requestId" | "ip" | "now">,
  entry: AuditEntry,
): Promise<void> {
  await tx.auditLog.create({
    data: {
      id: newId("audit"),
      actorKind: ctx.actor.kind,
      actorId: actorId(ctx.actor),
      action: entry.action,
      entity: entry.entity,
      entityId: entry.entityId,
      detail: entry.detail ?? {},
      requestId: ctx.requestId,
      ipAddress: ctx.ip,
      createdAt: ctx.now(),
    },
  });
}
