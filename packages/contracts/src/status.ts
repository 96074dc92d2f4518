/** States of runs, steps and sessions, and the only transitions between them (DESIGN 8). */
import { z } from "zod";

export const RunStatus = z.enum(["pending", "running", "waiting", "paused", "completed", "failed", "cancelled"]);
export type RunStatus = z.infer<typeof RunStatus>;
export const StepStatus = z.enum([
  "pending",
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "retrying",
  "cancelled",
]);
export type StepStatus = z.infer<typeof StepStatus>;
export const SessionStatus = z.enum(["starting", "running", "completed", "failed", "cancelled"]);
export type SessionStatus = z.infer<typeof SessionStatus>;

/** A run that waits (for a person, or for its branches) or is paused holds no place and no workload; what it waits for makes it `pending`. */
export const runTransitions: Record<RunStatus, readonly RunStatus[]> = {
  pending: ["running", "paused", "failed", "cancelled"],
  running: ["waiting", "paused", "completed", "failed", "cancelled"],
  waiting: ["pending", "paused", "failed", "cancelled"],
  paused: ["pending", "failed", "cancelled"],
  completed: ["pending"],
  failed: ["pending"],
  cancelled: ["pending"],
};
/** One execution of a step; a retry is a new one. A paused execution is queued again; one that delegated waits, and is then queued again. */
export const stepTransitions: Record<StepStatus, readonly StepStatus[]> = {
  // No execution is put here: rows of earlier installations may still say it.
  pending: ["queued", "cancelled"],
  queued: ["running", "failed", "cancelled"],
  running: ["queued", "waiting", "completed", "failed", "cancelled"],
  waiting: ["queued", "completed", "failed", "cancelled"],
  retrying: ["cancelled"],
  completed: [],
  failed: [],
  cancelled: [],
};

/** The states from which a thing may go to `to`. */
export function fromStates<S extends string>(table: Record<S, readonly S[]>, to: NoInfer<S>): S[] {
  return (Object.keys(table) as S[]).filter((from) => table[from].includes(to));
}

export const terminalRunStatuses = ["completed", "failed", "cancelled"] as const satisfies readonly RunStatus[];
export const openRunStatuses = ["pending", "running", "waiting", "paused"] as const satisfies readonly RunStatus[];
/** An engine may begin the run when its tenant has a place left. */
export const startableRunStatuses = ["pending"] as const satisfies readonly RunStatus[];
/** The run takes one of its tenant's places, and an engine must hold it. */
export const busyRunStatuses = ["running"] as const satisfies readonly RunStatus[];
/** Open, but nobody works on it: an engine takes it only to cancel it. */
export const idleRunStatuses = ["pending", "waiting", "paused"] as const satisfies readonly RunStatus[];
/** The execution may be given to a workload. */
export const startableStepStatuses = ["queued"] as const satisfies readonly StepStatus[];
/** Somebody is asked to do the step, or does it. */
export const activeStepStatuses = ["queued", "running", "waiting", "retrying"] as const satisfies readonly StepStatus[];
/** The session's workload is there or about to be. */
export const openSessionStatuses = ["starting", "running"] as const satisfies readonly SessionStatus[];
/** True when nothing will happen to the run any more unless somebody restarts it. */
export function isTerminal(status: RunStatus): boolean {
  return (terminalRunStatuses as readonly string[]).includes(status);
}
