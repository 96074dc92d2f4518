// Keeps the product's processes running, its servers too: one that dies is started again, and the others go on meanwhile.
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../services/problem.ts";
import { type Child, deathOf } from "./children.ts";

/** So many deaths within a minute mean that starting again does not help. */
const maxDeaths = 5;
const windowMs = 60_000;

/** Its `daemon` is another one after each start. */
type Kept = Pick<Child, "name" | "logFile" | "daemon">;
interface Supervision {
  /** Aborted when the product is taken down: deaths are wanted then. */
  signal: AbortSignal;
  log: (line: string) => void;
  again: () => Promise<void>;
  onRestart: (child: Kept) => Promise<unknown>;
  /** Doubled with every death within the minute. */
  firstWaitMs?: number;
}

/** Starts the process again whenever it dies, until the signal. Throws a Problem with its last words when it dies too often. */
export async function keepRunning(child: Kept, options: Supervision): Promise<void> {
  const { signal, log, again, onRestart, firstWaitMs = 1000 } = options;
  const deaths: number[] = [];
  for (;;) {
    const outcome = await child.daemon.exited;
    if (signal.aborted) return;
    const now = Date.now();
    deaths.push(now);
    const recent = deaths.filter((at) => at > now - windowMs).length;
    if (recent >= maxDeaths) {
      const { message, remedy } = await deathOf(child);
      throw new Problem(`${child.name} died ${recent} times within a minute: ${message}`, remedy);
    }
    const waitMs = firstWaitMs * 2 ** (recent - 1);
    log(`${child.name} ended unexpectedly (${outcome}); it is started again in ${waitMs / 1000} s`);
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    // Nothing may come between this look and the start: whoever takes the product down stops the daemon that is there.
    await again();
    if (signal.aborted) return void (await child.daemon.stop("SIGTERM", 10_000));
    await onRestart(child);
  }
}
