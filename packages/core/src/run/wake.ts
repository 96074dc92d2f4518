/** Runs that stand still on purpose, set going again: they become pending, and an engine takes them in their turn. */
import { RunStatus } from "@djinnbot/contracts";
import type { Tx } from "@djinnbot/db";
import type { Ctx } from "../ctx.ts";
import { type OutboxMessage, outbox } from "../outbox.ts";
import type { RunRow } from "./queries.ts";

/** Of a run that waits. One that is paused waits on: it looks at what happened when it is resumed. */
export async function wakeWaiting(tx: Tx, ctx: Ctx, run: RunRow): Promise<OutboxMessage[]> {
  return RunStatus.parse(run.status) === "waiting" ? setGoing(tx, ctx, run) : [];
}

export async function setGoing(tx: Tx, ctx: Ctx, run: RunRow): Promise<OutboxMessage[]> {
  await tx.run.update({ where: { id: run.id }, data: { status: "pending", wakeAt: null, updatedAt: ctx.now() } });
  return [
    await outbox(tx, ctx, ["run", "tenant"], { type: "RUN_STATUS_CHANGED", runId: run.id, status: "pending" }),
    await outbox(tx, ctx, ["global"], { type: "RUN_RESUME_REQUESTED", runId: run.id }),
  ];
}
