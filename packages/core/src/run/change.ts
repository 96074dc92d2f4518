import {
  cancelledBy,
  Fault,
  fromStates,
  isTerminal,
  kindOf,
  openRunStatuses,
  RunStatus,
  type runs,
  stepTransitions,
  terminalRunStatuses,
} from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import { actorName } from "../actor-name.ts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { type OutboxMessage, outbox } from "../outbox.ts";
import { partOf } from "./part-of.ts";
import { lockRunOrFault, outputsOf, type RunRow, toRun } from "./queries.ts";
import { removeRunTraces } from "./traces.ts";

/** Changes the context or the model of a run; steps that start afterwards use them. */
export async function updateRun({ ctx, input }: VerbArgs<typeof runs.update>) {
  guard(ctx, "runs:write");
  return change(ctx, async (tx, messages) => {
    const before = await lockRunOrFault(tx, input.runId);
    const row = await tx.run.update({
      where: { id: before.id },
      data: {
        ...(input.humanContext === undefined ? {} : { humanContext: input.humanContext as Prisma.InputJsonValue }),
        ...(input.modelOverride === undefined ? {} : { modelOverride: input.modelOverride }),
        updatedAt: ctx.now(),
      },
    });
    await audit(tx, ctx, { action: "run.update", entity: "run", entityId: row.id });
    messages.push(
      await outbox(tx, ctx, ["run", "tenant", "global"], {
        type: "RUN_UPDATED",
        runId: row.id,
        status: RunStatus.parse(row.status),
      }),
    );
    return toRun(row, (await outputsOf(tx, [row.id])).get(row.id) ?? {});
  });
}

/**
 * Cancels a run. One that no engine ever took is cancelled here; otherwise the engine that holds it is told, stops the workload
 * within 5 s and writes the end. Cancelling twice is fine; CONFLICT when the run has ended otherwise.
 */
export async function cancelRun({ ctx, input }: VerbArgs<typeof runs.cancel>) {
  guard(ctx, "runs:write");
  return change(ctx, async (tx, messages) => {
    const row = await lockRunOrFault(tx, input.runId);
    const status = RunStatus.parse(row.status);
    const answer = { runId: row.id, status: "cancelled" as const };
    if (status === "cancelled") {
      return answer;
    }
    if (isTerminal(status)) {
      throw new Fault("CONFLICT", `The run has already ${status === "completed" ? "completed" : "failed"}.`);
    }
    const now = ctx.now();
    const reason = cancelledBy(await actorName(tx, ctx));
    await audit(tx, ctx, { action: "run.cancel", entity: "run", entityId: row.id });
    messages.push(...(await cancelWaiting(tx, ctx, { row, reason })));
    if (status !== "running" && row.leaseOwner === null) {
      await tx.step.updateMany({
        where: { runId: row.id, status: { in: fromStates(stepTransitions, "cancelled") } },
        data: { status: "cancelled", completedAt: now },
      });
      await tx.run.update({
        where: { id: row.id },
        data: {
          status: "cancelled",
          failureCode: "CANCELLED",
          failureMessage: reason,
          cancelRequestedAt: now,
          completedAt: now,
          updatedAt: now,
        },
      });
      messages.push(
        await outbox(tx, ctx, ["run", "tenant", "global"], { type: "RUN_CANCELLED", runId: row.id, reason }),
      );
      messages.push(
        await outbox(tx, ctx, ["tenant"], { type: "RUN_STATUS_CHANGED", runId: row.id, status: "cancelled" }),
      );
      return answer;
    }
    await tx.run.update({
      where: { id: row.id },
      data: { cancelRequestedAt: row.cancelRequestedAt ?? now, updatedAt: now },
    });
    messages.push(await outbox(tx, ctx, ["global"], { type: "RUN_CANCEL_REQUESTED", runId: row.id, reason }));
    return answer;
  });
}

/** What a run waits for goes with it: questions are withdrawn, branches are cancelled. */
async function cancelWaiting(
  tx: Tx,
  ctx: Ctx,
  { row, reason }: { row: RunRow; reason: string },
): Promise<OutboxMessage[]> {
  const now = ctx.now();
  await tx.approval.updateMany({
    where: { runId: row.id, status: "pending" },
    data: { status: "cancelled", decidedAt: now },
  });
  const branches = await tx.run.findMany({
    where: { parentRunId: row.id, status: { in: [...openRunStatuses] }, cancelRequestedAt: null },
    select: { id: true },
  });
  await tx.run.updateMany({
    where: { id: { in: branches.map((branch) => branch.id) } },
    data: { cancelRequestedAt: now, updatedAt: now },
  });
  return Promise.all(
    branches.map((branch) => outbox(tx, ctx, ["global"], { type: "RUN_CANCEL_REQUESTED", runId: branch.id, reason })),
  );
}

/** Deletes a finished run: rows, streams and files. CONFLICT while it is open: cancel it first. */
export async function deleteRun({ ctx, input }: VerbArgs<typeof runs.delete>) {
  guard(ctx, "runs:write");
  const { runId, gone } = await change(ctx, async (tx, messages) => {
    const row = await lockRunOrFault(tx, input.runId);
    if (!isTerminal(RunStatus.parse(row.status))) {
      throw new Fault("CONFLICT", "The run is still going on. Cancel it first.");
    }
    const kind = kindOf(row);
    if (kind !== "root") {
      throw new Fault("CONFLICT", `${partOf(kind, row)}; it goes with that.`);
    }
    const all = await withBranches(tx, [row.id]);
    await deleteRows(tx, all);
    await audit(tx, ctx, { action: "run.delete", entity: "run", entityId: row.id });
    messages.push(await outbox(tx, ctx, ["tenant", "global"], { type: "RUN_DELETED", runId: row.id }));
    return { runId: row.id, gone: all };
  });
  await removeRunTraces(ctx, gone);
  return { status: "deleted" as const, runId };
}

/** Deletes finished runs, at most 1,000 at a time, by status and/or age. BAD_REQUEST when neither is given. */
export async function deleteManyRuns({ ctx, input }: VerbArgs<typeof runs.deleteMany>) {
  guard(ctx, "runs:write");
  if (input.status === undefined && input.before === undefined) {
    throw new Fault("BAD_REQUEST", "Say which runs: give `status`, `before` (epoch milliseconds) or both.");
  }
  if (input.status !== undefined && (openRunStatuses as readonly string[]).includes(input.status)) {
    throw new Fault("BAD_REQUEST", "Only finished runs can be deleted: completed, failed or cancelled.");
  }
  const { ids, gone } = await change(ctx, async (tx, messages) => {
    const rows = await tx.run.findMany({
      where: {
        parentRunId: null,
        status: input.status ?? { in: [...terminalRunStatuses] },
        ...(input.before === undefined ? {} : { createdAt: { lt: input.before } }),
      },
      select: { id: true },
      take: 1000,
    });
    const found = rows.map((row) => row.id);
    const all = await withBranches(tx, found);
    await deleteRows(tx, all);
    await audit(tx, ctx, { action: "run.deleteMany", entity: "run", entityId: null, detail: { count: found.length } });
    messages.push(await outbox(tx, ctx, ["tenant", "global"], { type: "RUNS_BULK_DELETED", count: found.length }));
    return { ids: found, gone: all };
  });
  await removeRunTraces(ctx, gone);
  return { status: "deleted" as const, count: ids.length };
}

/** The runs and all their branches, and the branches of those. */
async function withBranches(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const all = [...ids];
  for (let parents = all; parents.length > 0; ) {
    const branches = await tx.run.findMany({ where: { parentRunId: { in: parents } }, select: { id: true } });
    parents = branches.map((branch) => branch.id);
    all.push(...parents);
  }
  return all;
}

/** Steps, outputs, loop state and keys go with the run; sessions and their transcripts are named by it only. */
async function deleteRows(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.session.deleteMany({ where: { source: "pipeline", sourceId: { in: [...ids] } } });
  await tx.run.deleteMany({ where: { id: { in: [...ids] } } });
}
