/** A waiting step whose run was woken, and a run that is to pause: what becomes of them. */
import { outboxBatch } from "@djinnbot/core/outbox";
import { sendCommands } from "./channel.ts";
import { settleDelegations } from "./delegation/settle.ts";
import type { RunEnd } from "./end-run.ts";
import { type Afterwards, endStep } from "./end-step.ts";
import { StepFault } from "./errors.ts";
import { settleGate } from "./gate.ts";
import type { HeldRun, OpenStep } from "./held-run.ts";
import { pausePark } from "./park.ts";
import type { Resources } from "./resources.ts";
import { closeSession } from "./session.ts";
import { queueFirst, startStep } from "./start-step.ts";
import { cancelChildren } from "./store/child-runs.ts";
import { disownRun } from "./store/claim.ts";
import { moveStep } from "./store/steps.ts";

/** Queues the first step of a run that has none open; answers how the run ends when it cannot be. */
export async function beginRun(resources: Resources, run: HeldRun): Promise<Afterwards | RunEnd> {
  try {
    return await queueFirst(resources, run);
  } catch (error) {
    if (error instanceof StepFault) {
      return { status: "failed", code: error.code, message: error.message };
    }
    throw error;
  }
}

/** Starts the open step, or settles what it waits for; null when it runs now (or none is open). */
export async function advanceStep(resources: Resources, run: HeldRun): Promise<Afterwards | null> {
  const { step } = run;
  if (!step || step.status === "running") {
    return null;
  }
  try {
    if (step.status === "waiting") {
      return await settleWaiting(resources, run, step);
    }
    await startStep(resources, run);
    return null;
  } catch (error) {
    if (!(error instanceof StepFault)) {
      throw error;
    }
    const outcome = { kind: "failed", code: error.code, message: error.message } as const;
    // Nobody waits for its children any more.
    const also = step.status === "waiting" ? [cancelChildren(run.runId, { parentStep: step.id })] : [];
    return endStep(resources, run, { step, outcome, also, cursor: null, ack: null });
  }
}

/** Ends the step, or makes the run wait on. Throws StepFault for what belongs onto the step. */
async function settleWaiting(resources: Resources, run: HeldRun, step: OpenStep): Promise<Afterwards> {
  if (step.kind === "agent") {
    return settleDelegated(resources, run, step);
  }
  const settled = await settleGate(resources, run, step);
  if ("outcome" in settled) {
    const { outcome, handOver, also, messages } = settled;
    return endStep(resources, run, { step, outcome, handOver, also, messages, cursor: null, ack: null });
  }
  const messages = outboxBatch(settled.messages);
  await resources.transitions.write(run, {
    run: settled.park.patch,
    messages,
    also: settled.park.also,
  });
  resources.publisher.push(messages);
  return "parked";
}

/** Moves the step's delegations on; when all are over, the step is queued again and its agent is told. */
async function settleDelegated(resources: Resources, run: HeldRun, step: OpenStep): Promise<Afterwards> {
  const { park, also, messages, commitHash } = await settleDelegations(resources, run, step);
  const moved = { ...step, commitHash };
  const rows = outboxBatch(messages);
  await resources.transitions.write(run, {
    ...(park ? { run: park.patch } : {}),
    messages: rows,
    also: park ? park.also : [...also, moveStep(moved, { from: "waiting", to: "queued" })],
  });
  resources.publisher.push(rows);
  if (park) {
    return "parked";
  }
  const { session } = run;
  run.step = { ...moved, status: "queued" };
  run.session = null;
  if (session) {
    // Its process would answer the same command with the same result again.
    await closeSession(resources, run, { session, status: "completed", error: null });
  }
  return "next";
}

/** The agent has delegated: what it has done until now is in the branch, and its step waits. */
export async function waitForDelegations(
  resources: Resources,
  run: HeldRun,
  told: {
    step: OpenStep;
    commitHash: string | null;
    cursor: string;
    ack: { sessionId: string; commandId: string };
  },
): Promise<Afterwards> {
  const { cursor, ack } = told;
  const step = { ...told.step, commitHash: told.commitHash ?? told.step.commitHash };
  await resources.transitions.write(run, {
    run: { cursor },
    messages: [],
    also: [moveStep(step, { from: "running", to: "waiting" })],
  });
  run.cursor = cursor;
  run.step = { ...step, status: "waiting", sessionId: null, deadlineAt: null };
  const body = { type: "ack", commandId: ack.commandId } as const;
  await sendCommands(resources, run, [{ sessionId: ack.sessionId, body }]).catch(() => undefined);
  return "next";
}

/**
 * Pauses the run; a step that was running is queued again, and goes on from what its agent has kept. When the pause was taken back
 * meanwhile, it goes on at once, in a workload of its own like after any other pause.
 */
export async function pauseRun(
  resources: Resources,
  run: HeldRun,
  told?: { cursor: string; ack: { sessionId: string; commandId: string } },
): Promise<Afterwards> {
  const { step, session } = run;
  const wanted = run.row.pauseRequestedAt !== null;
  const { park, messages } = pausePark(run);
  const rows = wanted ? outboxBatch(messages) : [];
  await resources.transitions.write(run, {
    run: { ...(wanted ? park.patch : {}), ...(told ? { cursor: told.cursor } : {}) },
    messages: rows,
    also: step?.status === "running" ? [moveStep(step, { from: "running", to: "queued" })] : [],
  });
  run.cursor = told?.cursor ?? run.cursor;
  if (told) {
    const ack = { type: "ack", commandId: told.ack.commandId } as const;
    await sendCommands(resources, run, [{ sessionId: told.ack.sessionId, body: ack }]).catch(() => undefined);
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
