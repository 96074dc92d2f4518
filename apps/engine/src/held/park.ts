/** Runs that stop without being over: they wait for a person or for branches, or are paused. Nobody holds them meanwhile. */
import type { OutboxMessage } from "@djinnbot/core/outbox";
import type { Statement } from "@djinnbot/core/tenant-sql";
import type { RunPatch } from "../store/transition.ts";
import { type HeldRun, runEvent } from "./held-run.ts";

/** What goes into the transaction that parks the run. */
export interface Park {
  patch: RunPatch;
  also: Statement[];
}

/** Waits until somebody wakes it, or `wakeAt` (epoch ms). */
export function waitPark(
  run: HeldRun,
  options: { wakeAt: number | null; also: Statement[] },
): { park: Park; message: OutboxMessage } {
  return {
    park: { patch: { status: "waiting", wakeAt: options.wakeAt }, also: options.also },
    message: runEvent(run, { type: "RUN_STATUS_CHANGED", runId: run.runId, status: "waiting" }),
  };
}

export function pausePark(run: HeldRun): { park: Park; messages: OutboxMessage[] } {
  return {
    park: { patch: { status: "paused", pauseRequestedAt: null }, also: [] },
    messages: [runEvent(run, { type: "RUN_STATUS_CHANGED", runId: run.runId, status: "paused" })],
  };
}
