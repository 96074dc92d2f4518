/** Pause, resume and a word to the agent that works. */
import { Fault, isTerminal, RunStatus, type runs } from "@djinnbot/contracts";
import { envelop, publish, runCommands } from "@djinnbot/events";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { lockRunOrFault, type RunRow } from "./queries.ts";
import { setGoing } from "./wake.ts";

function refuseOver(row: RunRow): RunStatus {
  const status = RunStatus.parse(row.status);
  if (isTerminal(status)) {
    throw new Fault("CONFLICT", `The run is ${status}. Restart it, or fork a new one from it.`);
  }
  return status;
}

/** One that runs finishes the agent's turn first: `pausing` says so. Pausing twice is fine. */
export async function pauseRun({ ctx, input }: VerbArgs<typeof runs.pause>) {
  guard(ctx, "runs:write");
  return change(ctx, async (tx, messages) => {
    const row = await lockRunOrFault(tx, input.runId);
    const status = refuseOver(row);
    if (status === "paused" || row.pauseRequestedAt !== null) {
      return { runId: row.id, status };
    }
    await audit(tx, ctx, { action: "run.pause", entity: "run", entityId: row.id });
    const now = ctx.now();
    if (status !== "running") {
      await tx.run.update({ where: { id: row.id }, data: { status: "paused", wakeAt: null, updatedAt: now } });
      messages.push(
        await outbox(tx, ctx, ["run", "tenant", "global"], {
          type: "RUN_STATUS_CHANGED",
          runId: row.id,
          status: "paused",
        }),
      );
      return { runId: row.id, status: "paused" as const };
    }
    await tx.run.update({ where: { id: row.id }, data: { pauseRequestedAt: now, updatedAt: now } });
    messages.push(
      await outbox(tx, ctx, ["global"], { type: "RUN_PAUSE_REQUESTED", runId: row.id }),
      await outbox(tx, ctx, ["run", "tenant"], { type: "RUN_UPDATED", runId: row.id, status }),
    );
    return { runId: row.id, status };
  });
}

/** A pause that was only asked for is taken back. Resuming a run that goes on is fine. */
export async function resumeRun({ ctx, input }: VerbArgs<typeof runs.resume>) {
  guard(ctx, "runs:write");
  return change(ctx, async (tx, messages) => {
    const row = await lockRunOrFault(tx, input.runId);
    const status = refuseOver(row);
    if (status !== "paused" && row.pauseRequestedAt === null) {
      return { runId: row.id, status };
    }
    await audit(tx, ctx, { action: "run.resume", entity: "run", entityId: row.id });
    if (status !== "paused") {
      await tx.run.update({ where: { id: row.id }, data: { pauseRequestedAt: null, updatedAt: ctx.now() } });
      messages.push(await outbox(tx, ctx, ["run", "tenant", "global"], { type: "RUN_UPDATED", runId: row.id, status }));
      return { runId: row.id, status };
    }
    messages.push(...(await setGoing(tx, ctx, row)));
    return { runId: row.id, status: "pending" as const };
  });
}

/** The agent that works hears it before its next turn; a step that has not begun is told with its instruction. */
export async function injectIntoRun({ ctx, input }: VerbArgs<typeof runs.inject>) {
  guard(ctx, "runs:write");
  const { text } = input;
  const step = await change(ctx, async (tx, messages) => {
    const row = await lockRunOrFault(tx, input.runId);
    refuseOver(row);
    const step = await tx.step.findFirst({
      where: { runId: row.id, status: { in: ["queued", "running"] }, kind: "agent" },
      orderBy: { sequence: "desc" },
    });
    if (!step) {
      throw new Fault("CONFLICT", "No agent works on the run now, so nobody would hear it.");
    }
    const humanContext = [step.humanContext, input.text].filter((text) => text).join("\n\n");
    // Kept also for a running step: if its workload dies, the next attempt is told.
    await tx.step.update({ where: { id: step.id }, data: { humanContext } });
    await audit(tx, ctx, { action: "run.inject", entity: "run", entityId: row.id, detail: { stepId: step.stepId } });
    messages.push(
      await outbox(tx, ctx, ["run"], {
        type: "HUMAN_INTERVENTION",
        runId: row.id,
        stepId: step.stepId,
        action: "inject_context",
        context: input.text,
      }),
    );
    return step;
  });
  const { runId, stepId, sessionId, status } = step;
  if (status === "running" && sessionId !== null) {
    const address = { tenantId: ctx.tenantId, runId };
    await publish(ctx.deps.redis, runCommands, address, envelop(ctx, { type: "inject", runId, sessionId, text }));
  }
  return { runId, stepId };
}
