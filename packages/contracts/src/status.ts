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

export const runTransitions: Record<RunStatus, readonly RunStatus[]> = {
  pending: ["running", "failed", "cancelled"],
  running: ["waiting", "paused", "completed", "failed", "cancelled"],
  waiting: ["running", "failed", "cancelled"],
  paused: ["running", "failed", "cancelled"],
  completed: ["pending", "running"],
  failed: ["pending", "running"],
  cancelled: ["pending", "running"],
};
export const stepTransitions: Record<StepStatus, readonly StepStatus[]> = {
  pending: ["queued", "cancelled"],
  queued: ["running", "failed", "cancelled"],
  running: ["waiting", "completed", "failed", "retrying", "cancelled"],
  waiting: ["running", "completed", "failed", "cancelled"],
  retrying: ["queued", "cancelled"],
  completed: [],
  failed: [],
  cancelled: [],
};

export const terminalRunStatuses = ["completed", "failed", "cancelled"] as const satisfies readonly RunStatus[];
export const openRunStatuses = ["pending", "running", "waiting", "paused"] as const satisfies readonly RunStatus[];
/** True when nothing will happen to the run any more unless somebody restarts it. */
export function isTerminal(status: RunStatus): boolean {
  return (terminalRunStatuses as readonly string[]).includes(status);
}
