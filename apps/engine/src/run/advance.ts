/** How a run goes on whose step does not run: it has none yet, or the step is queued or waits. */
import { outboxBatch } from "@djinnbot/core/outbox";
import { closeSession } from "../agent/session.ts";
import { advanceDelegations } from "../delegation/advance.ts";
import { sendCommands } from "../held/channel.ts";
import type { HeldRun, OpenStep } from "../held/held-run.ts";
import type { RunEnd } from "../held/outcome.ts";
import type { Resources } from "../held/resources.ts";
import { StepFault } from "../lib/errors.ts";
import { cancelChildren } from "../store/child-runs.ts";
import { moveStep } from "../store/steps.ts";
import { resolveGate } from "../waiting/gate.ts";
import { type Afterwards, endStep } from "./end-step.ts";
import { queueFirst, startStep } from "./start-step.ts";

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

/** Starts the open step, or resumes it; null when it runs now (or none is open). */
export async function advanceStep(resources: Resources, run: HeldRun): Promise<Afterwards | null> {
  const { step } = run;
  if (!step || step.status === "running") {
    return null;
  }
  try {
    if (step.status === "waiting") {
      return await resumeWaiting(resources, run, step);
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
async function resumeWaiting(resources: Resources, run: HeldRun, step: OpenStep): Promise<Afterwards> {
  if (step.kind === "agent") {
    return resumeDelegated(resources, run, step);
  }
  const resolved = await resolveGate(resources, run, step);
  if ("outcome" in resolved) {
    const { outcome, handOver, also, messages } = resolved;
    return endStep(resources, run, { step, outcome, handOver, also, messages, cursor: null, ack: null });
  }
  const messages = outboxBatch(resolved.messages);
  await resources.transitions.write(run, {
    run: resolved.park.patch,
    messages,
    also: resolved.park.also,
  });
  resources.publisher.push(messages);
  return "parked";
}

/** Moves the step's delegations on; when all are over, the step is queued again and its agent is told. */
async function resumeDelegated(resources: Resources, run: HeldRun, step: OpenStep): Promise<Afterwards> {
  const { park, also, messages, commitHash } = await advanceDelegations(resources, run, step);
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
  reported: {
    step: OpenStep;
    commitHash: string | null;
    cursor: string;
    ack: { sessionId: string; commandId: string };
  },
): Promise<Afterwards> {
  const { cursor, ack } = reported;
  const step = { ...reported.step, commitHash: reported.commitHash ?? reported.step.commitHash };
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
