/** Runs that stop without being over: paused, or parked while their step waits. */
import { outboxBatch } from "@djinnbot/core/outbox";
import { closeSession } from "../agent/session.ts";
import { sendCommands } from "../held/channel.ts";
import type { HeldRun } from "../held/held-run.ts";
import { pausePark } from "../held/park.ts";
import type { Resources } from "../held/resources.ts";
import { disownRun } from "../store/claim.ts";
import { moveStep } from "../store/steps.ts";
import type { Afterwards } from "./end-step.ts";

/**
 * Pauses the run; a step that was running is queued again, and goes on from what its agent has kept. When the pause was taken back
 * meanwhile, it goes on at once, in a workload of its own like after any other pause.
 */
export async function pauseRun(
  resources: Resources,
  run: HeldRun,
  reported?: { cursor: string; ack: { sessionId: string; commandId: string } },
): Promise<Afterwards> {
  const { step, session } = run;
  const wanted = run.row.pauseRequestedAt !== null;
  const { park, messages } = pausePark(run);
  const rows = wanted ? outboxBatch(messages) : [];
  await resources.transitions.write(run, {
    run: { ...(wanted ? park.patch : {}), ...(reported ? { cursor: reported.cursor } : {}) },
    messages: rows,
    also: step?.status === "running" ? [moveStep(step, { from: "running", to: "queued" })] : [],
  });
  run.cursor = reported?.cursor ?? run.cursor;
  if (reported) {
    const ack = { type: "ack", commandId: reported.ack.commandId } as const;
    await sendCommands(resources, run, [{ sessionId: reported.ack.sessionId, body: ack }]).catch(() => undefined);
  }
  resources.publisher.push(rows);
  if (wanted) {
    return "parked";
  }
  run.step = step && { ...step, status: "queued", sessionId: null, deadlineAt: null };
  run.session = null;
  if (session) {
    await closeSession(resources, run, { session, status: "completed", error: null });
  }
  return "next";
}

/** Gives back the workload and the place of a run that waits or is paused. */
export async function parkRun(resources: Resources, run: HeldRun): Promise<void> {
  const { session } = run;
  run.session = null;
  if (session) {
    await closeSession(resources, run, { session, status: "completed", error: null });
  }
  await disownRun(resources.deps, run);
}

/** Asks the workload to stop after its turn; said again with every repeated command until it answers. */
export async function askToPause(resources: Resources, run: HeldRun): Promise<void> {
  const { session, step } = run;
  if (session && step?.status === "running" && run.row.pauseRequestedAt !== null) {
    await sendCommands(resources, run, [{ sessionId: session.id, body: { type: "pause" } }]);
  }
}

/** Quiet when it cannot be said: whoever asks ends the workload anyway. */
export async function askToAbort(resources: Resources, run: HeldRun, reason: string): Promise<void> {
  const { session } = run;
  if (session) {
    const body = { type: "abort", reason } as const;
    await sendCommands(resources, run, [{ sessionId: session.id, body }]).catch(() => undefined);
  }
}
