import { type delegations, Fault } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { lockRunOrFault } from "../run/queries.ts";
import { wakeWaiting } from "../run/wake.ts";
import { getDelegationOrFault, isAbandoned } from "./read.ts";

/** Its run is woken, and the engine ends the executors. Cancelling twice is fine; CONFLICT when it is over otherwise. */
export async function cancelDelegation({ ctx, input }: VerbArgs<typeof delegations.cancel>) {
  guard(ctx, "runs:write");
  return change(ctx, async (tx, messages) => {
    const { runId } = await getDelegationOrFault(tx, input.swarmId);
    // The run first: whoever changes both locks in this order.
    const run = await lockRunOrFault(tx, runId);
    const row = await getDelegationOrFault(tx, input.swarmId);
    const answer = { status: "cancel_requested" as const, swarmId: row.id };
    if (row.status === "cancelled" || row.cancelRequestedAt !== null) {
      return answer;
    }
    if (row.status !== "running" || (await isAbandoned(tx, row))) {
      throw new Fault("CONFLICT", "The delegation is over already.");
    }
    const now = ctx.now();
    await tx.delegation.update({ where: { id: row.id }, data: { cancelRequestedAt: now, updatedAt: now } });
    await audit(tx, ctx, {
      action: "delegation.cancel",
      entity: "run",
      entityId: run.id,
      detail: { delegationId: row.id },
    });
    messages.push(...(await wakeWaiting(tx, ctx, run)));
    return answer;
  });
}
