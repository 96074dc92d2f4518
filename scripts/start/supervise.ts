// Keeps the product's own processes running: one that dies is started again, and the others go on meanwhile.
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../services/problem.ts";
import { type Child, deathOf, startChild } from "./children.ts";

/** So many deaths within a minute mean that starting again does not help. */
const maxDeaths = 5;
const windowMs = 60_000;

interface Supervision {
  /** Aborted when the product is taken down: deaths are wanted then. */
  signal: AbortSignal;
  log: (line: string) => void;
  onRestart: (child: Child) => Promise<unknown>;
  /** Doubled with every death within the minute. */
  firstWaitMs?: number;
}

/** Starts the child again whenever it dies, until the signal. Throws a Problem with its last words when it dies too often. */
export async function keepRunning(child: Child, options: Supervision): Promise<void> {
  const { signal, log, onRestart, firstWaitMs = 1000 } = options;
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
    child.daemon = startChild(child).daemon;
    await onRestart(child);
  }
}

/** Throws a Problem when a server dies by itself: without it nothing else can work. */
export async function watchServer(
  server: Pick<Child, "name" | "logFile" | "daemon">,
  signal: AbortSignal,
): Promise<void> {
  await server.daemon.exited;
  if (!signal.aborted) throw await deathOf(server);
}
