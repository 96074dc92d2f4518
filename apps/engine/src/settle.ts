/** A waiting step whose run was woken, and a run that is to pause: what becomes of them. */
import { isTerminal } from "@djinnbot/contracts";
import { outboxBatch } from "@djinnbot/core/outbox";
import { sendCommands } from "./channel.ts";
import { type Afterwards, endStep } from "./end-step.ts";
import { settleGate } from "./gate.ts";
import type { HeldRun, OpenStep } from "./held-run.ts";
import { pausePark } from "./park.ts";
import type { Resources } from "./resources.ts";

/** Ends the step, or makes the run wait on. Throws StepFault for what belongs onto the step. */
export async function settleWaiting(resources: Resources, run: HeldRun, step: OpenStep): Promise<Afterwards> {
  const settled = await settleGate(resources, run, step);
  if ("outcome" in settled) {
    const { outcome, handOver, also, messages } = settled;
    return endStep(resources, run, { step, outcome, handOver, also, messages, cursor: null, ack: null });
  }
  const messages = outboxBatch(settled.messages);
  await resources.transitions.write({
    tenantId: run.tenantId,
    runId: run.runId,
    epoch: run.epoch,
    run: settled.park.patch,
    messages,
    also: settled.park.also,
  });
  resources.publisher.push(messages);
  return "parked";
}

/** Pauses the run; a step that was running is queued again, and goes on from what its agent has kept. */
export async function pauseRun(
  resources: Resources,
  run: HeldRun,
  told?: { cursor: string; ack: { sessionId: string; commandId: string } },
): Promise<void> {
  const { step } = run;
  if (isTerminal(run.row.status)) {
    return;
  }
  const { park, messages } = pausePark(run);
  const rows = outboxBatch(messages);
  const requeue =
    step?.status === "running"
      ? [
          {
            text: `UPDATE steps SET status = 'queued', session_id = NULL, deadline_at = NULL WHERE id = $3 AND status = 'running'
             AND EXISTS (SELECT 1 FROM runs WHERE id = $1 AND lease_epoch = $2)`,
            values: [run.runId, run.epoch, step.id],
          },
        ]
      : [];
  await resources.transitions.write({
    tenantId: run.tenantId,
    runId: run.runId,
    epoch: run.epoch,
    run: { ...park.patch, ...(told ? { cursor: told.cursor } : {}) },
    messages: rows,
    also: requeue,
  });
  if (told) {
    const ack = { type: "ack", commandId: told.ack.commandId } as const;
    await sendCommands(resources, run, [{ sessionId: told.ack.sessionId, body: ack }]).catch(() => undefined);
  }
  resources.publisher.push(rows);
}
