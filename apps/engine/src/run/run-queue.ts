/** The queue of one held run: one operation at a time, and what to do when one fails. */
import type { Log } from "@djinnbot/config";
import { isPassing } from "@djinnbot/core";
import { LostRun, StoppedRun } from "../lib/errors.ts";

interface QueueHooks {
  log: Log;
  /** Reads everything from Postgres again and goes on from there. */
  recover: () => Promise<void>;
  /** Fails the run: it cannot be worked on. False when that is not possible yet. */
  fail: (message: string) => Promise<boolean>;
  lost: () => Promise<void>;
  giveUp: () => Promise<void>;
  /** After every operation that went well. */
  done: () => void;
}

/** Failures in a row after which the run is failed, and after which it is given up; passing faults of servers do not count. */
const maxFailures = 3;
const passingPauseMs = 300;

export class RunQueue {
  readonly #hooks: QueueHooks;
  #tail: Promise<void> = Promise.resolve();
  #closed = false;
  #failures = 0;
  readonly #stop = new AbortController();

  constructor(hooks: QueueHooks) {
    this.#hooks = hooks;
  }

  get closed(): boolean {
    return this.#closed;
  }

  add(operation: () => Promise<void>): void {
    this.#tail = this.#tail.then(() => this.#perform(operation));
  }

  /** Aborted once what waits for somebody outside shall not go on. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  breakOff(): void {
    this.#stop.abort();
  }

  /** Nothing that is still waiting is begun. */
  close(): void {
    this.#closed = true;
    this.breakOff();
  }

  /** Resolves when the operation under way has come to its end. */
  async settled(): Promise<void> {
    await this.#tail;
  }

  async #perform(operation: () => Promise<void>): Promise<void> {
    let next = operation;
    while (!this.#closed) {
      try {
        await next();
        this.#failures = 0;
        this.#hooks.done();
        return;
      } catch (error) {
        if (this.#closed) {
          return;
        }
        next = await this.#after(error as Error);
      }
    }
  }

  async #after(error: Error): Promise<() => Promise<void>> {
    if (error instanceof StoppedRun) {
      return this.#hooks.recover;
    }
    return error instanceof LostRun ? this.#hooks.lost : this.#afterFault(error);
  }

  /** Postgres is the truth: after any fault everything is read from there again, after a pause. */
  async #afterFault(error: Error): Promise<() => Promise<void>> {
    const { log, recover, fail, giveUp } = this.#hooks;
    const passing = isPassing(error);
    this.#failures += passing ? 0 : 1;
    const stack = passing ? undefined : error.stack;
    log.warn({ err: error.message, stack, passing }, "working on a run failed; again");
    await new Promise((resolve) => setTimeout(resolve, passing ? passingPauseMs : 100 * 2 ** this.#failures));
    if (this.#failures > maxFailures + 2) {
      return giveUp;
    }
    if (this.#failures > maxFailures) {
      return async () => {
        if (!(await fail(error.message.slice(0, 1000)))) {
          throw error;
        }
      };
    }
    return recover;
  }
}
