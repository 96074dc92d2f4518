/** Publishes outbox rows after their commit, in order and in batches, off the path of the run. */
import type { Deps } from "@djinnbot/core";
import { type OutboxMessage, publishOutbox } from "@djinnbot/core/outbox";

const maxBatch = 500;
const gatherMs = 2;

export class Publisher {
  readonly #deps: Deps;
  #waiting: OutboxMessage[] = [];
  #running: Promise<void> | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Rows that a transaction has committed. What cannot be published now is left to the relay. */
  push(rows: readonly OutboxMessage[]): void {
    this.#waiting.push(...rows);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  /** Resolves when everything pushed so far was tried. */
  async flush(): Promise<void> {
    while (this.#running) {
      await this.#running;
    }
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Rows that are pushed in the same moment travel together.
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const batch = this.#waiting.splice(0, maxBatch);
      await publishOutbox(this.#deps, batch);
    }
  }
}
