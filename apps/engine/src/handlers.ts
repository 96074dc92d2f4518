/** What this instance does on each kind of message of the global stream: a total map, so a new kind must be decided. */
import type { GlobalEvent } from "@djinnbot/contracts";
import type { Scheduler } from "./run/scheduler.ts";

type Handlers = { [K in GlobalEvent["type"]]: ((message: GlobalEvent & { type: K }) => Promise<void>) | null };

export function createHandlers(scheduler: Scheduler): Handlers {
  const wake = (message: { tenantId: string; runId: string }) => scheduler.wake(message);
  return {
    RUN_CREATED: wake,
    RUN_RESTART_REQUESTED: wake,
    RUN_RESUME_REQUESTED: wake,
    RUN_CANCEL_REQUESTED: (message) => scheduler.cancel(message),
    RUN_PAUSE_REQUESTED: (message) => scheduler.pause(message),
    RUN_UPDATED: null,
    RUN_STATUS_CHANGED: null,
    RUN_COMPLETE: null,
    RUN_FAILED: null,
    RUN_CANCELLED: null,
    RUN_DELETED: null,
    STEP_QUEUED: null,
    STEP_STARTED: null,
    STEP_COMPLETE: null,
    STEP_FAILED: null,
    STEP_RETRYING: null,
    STEP_CANCELLED: null,
    APPROVAL_REQUESTED: null,
    APPROVAL_DECIDED: null,
    RUNS_BULK_DELETED: null,
    AGENT_CREATED: null,
    AGENT_UPDATED: null,
    AGENT_DELETED: null,
    PIPELINE_CREATED: null,
    PIPELINE_UPDATED: null,
    PIPELINE_DELETED: null,
    SETTINGS_UPDATED: null,
    PROVIDERS_UPDATED: null,
  };
}

/** Handles one message; kinds that are not for engines are quietly done. */
export async function handleGlobal(handlers: Handlers, message: GlobalEvent): Promise<void> {
  const handle = handlers[message.type] as ((message: GlobalEvent) => Promise<void>) | null;
  await handle?.(message);
}
