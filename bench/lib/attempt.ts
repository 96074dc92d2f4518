// One part of the bench: it ends within its time, and what it has started ends with it.
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { duration } from "../../scripts/start/screen.ts";

/** Longest wait for one thing to stop, in ms. */
const stopLimitMs = 30_000;

/** Counts the time of a part, without that of parts inside it and of servers that others use as well. */
class Clock {
  #leftMs: number;
  #since = 0;
  #holds = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #onOver: () => void;

  constructor(limitMs: number, onOver: () => void) {
    this.#leftMs = limitMs;
    this.#onOver = onOver;
    this.#run();
  }

  hold(): void {
    this.#holds += 1;
    if (this.#holds > 1) return;
    clearTimeout(this.#timer);
    this.#leftMs -= performance.now() - this.#since;
  }

  release(): void {
    this.#holds -= 1;
    if (this.#holds === 0) this.#run();
  }

  stop(): void {
    this.#holds = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
  }

  #run(): void {
    this.#since = performance.now();
    this.#timer = setTimeout(this.#onOver, Math.max(0, this.#leftMs));
  }
}

interface Part {
  what: string;
  clock: Clock;
  stops: (() => unknown)[];
  lastSign: string | null;
  isOver: boolean;
}

/** A part took too long. */
export class GivenUp extends Error {}

const current = new AsyncLocalStorage<Part>();

/**
 * Runs one part. One that takes longer than `limitMs` is given up: whatever it has started is stopped, what it says later is not heard,
 * and this throws. A part that fails has everything stopped as well.
 */
export async function runPart(what: string, limitMs: number, work: () => Promise<void>): Promise<void> {
  const outer = current.getStore();
  refuseLate();
  let giveUp: (error: GivenUp) => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const clock = new Clock(limitMs, () => {
    part.isOver = true;
    const sign = part.lastSign === null ? "it gave no sign of life" : `its last sign of life: ${part.lastSign}`;
    giveUp(new GivenUp(`did not end within ${duration(limitMs)} and was given up; ${sign}`));
  });
  const part: Part = { what, clock, stops: [], lastSign: null, isOver: false };
  outer?.clock.hold();
  try {
    await Promise.race([current.run(part, work), late]);
  } catch (error) {
    part.isOver = true;
    await stopAll(part.stops);
    throw error;
  } finally {
    clock.stop();
    outer?.clock.release();
  }
}

/** `stop` is called when the part that is under way here fails or is given up; it may have been called before. */
export function stopWithPart(stop: () => unknown): void {
  refuseLate();
  current.getStore()?.stops.push(stop);
}

/** Starts what outlives the part that needs it first; the part's time stands still meanwhile. */
export async function shared<T>(work: () => Promise<T>): Promise<T> {
  const part = current.getStore();
  part?.clock.hold();
  try {
    return await current.exit(work);
  } finally {
    part?.clock.release();
  }
}

/** What a person would look for first when the part hangs. */
export function signOfLife(text: string): void {
  const part = current.getStore();
  if (part) part.lastSign = text;
}

/** Throws when the part that calls was given up. */
export function refuseLate(): void {
  const part = current.getStore();
  if (part?.isOver) throw new Error(`${part.what} was given up`);
}

/** Newest first. Quiet about what cannot be stopped, or was stopped already. */
export async function stopAll(stops: readonly (() => unknown)[], limitMs = stopLimitMs): Promise<void> {
  for (const stop of stops.toReversed()) {
    const timer = new AbortController();
    const stopping = (async () => stop())().catch(() => undefined);
    await Promise.race([stopping, sleep(limitMs, null, { signal: timer.signal }).catch(() => null)]);
    timer.abort();
  }
}
