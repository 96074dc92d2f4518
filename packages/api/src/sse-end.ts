/**
 * When a run's stream ends: after the event that says so, once the row agrees (a restart makes a run speak again); for a run that was
 * over before, when its past is sent.
 */
import type { Deps } from "@djinnbot/core";
import type { Connection } from "./sse-connection.ts";
import { ending, type Frame } from "./sse-frame.ts";
import { runState, type Subscription } from "./sse-subscription.ts";

/** An event may come this long after its row was written. */
const graceMs = 3000;

/** Watches one listener's frames and closes its connection when its run is over. Does nothing for a tenant's stream; never throws. */
export function endOfRun(deps: Deps, subscription: Subscription, connection: Connection) {
  const { runId, caller } = subscription;
  let isLive = false;
  let phase: Frame["phase"] = null;

  /** `patient` ends also without having seen the event: it was trimmed, or never made it. */
  async function endIfOver(patient: boolean): Promise<void> {
    if (runId === null || connection.isClosed) {
      return;
    }
    const state = await runState(deps, caller, runId).catch(() => null);
    if (state === "gone" || state === "settled" || (state === "over" && (patient || phase === "over"))) {
      connection.send(ending());
      connection.close();
    } else if (state !== "open") {
      setTimeout(() => void endIfOver(true), graceMs).unref();
    }
  }

  return {
    onFrame: (frame: Frame) => {
      phase = frame.phase ?? phase;
      if (isLive && frame.phase === "over") {
        void endIfOver(false);
      }
    },
    /** The past is sent. */
    onLive: async () => {
      isLive = true;
      if (phase === "over" || subscription.state !== "open") {
        await endIfOver(false);
      }
    },
  };
}
