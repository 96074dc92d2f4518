/** Reads a run's status stream from a cursor on; what cannot be understood is set aside and stops nothing (G7). */
import type { Log } from "@djinnbot/config";
import { type Entry, type RunAddress, runStatus, toEntries } from "@djinnbot/events";
import type { Resources } from "./resources.ts";

/** More than any honest message: outputs are bounded far below. */
const maxEntryChars = 16_000_000;

export class StatusReader {
  readonly #resources: Resources;
  readonly #key: string;
  readonly #log: Log;
  readonly #handle: (entry: Entry) => void;
  #stop: (() => void) | undefined;
  /** Counts starts: entries that an earlier subscription still delivers are not for us. */
  #turn = 0;

  constructor(options: { resources: Resources; address: RunAddress; log: Log; handle: (entry: Entry) => void }) {
    this.#resources = options.resources;
    this.#key = runStatus.key(options.address);
    this.#log = options.log;
    this.#handle = options.handle;
  }

  async start(cursor: string): Promise<void> {
    this.stop();
    const turn = this.#turn;
    const stop = await this.#resources.tailer.subscribe(this.#key, cursor, (entries) => {
      if (turn === this.#turn) {
        entries.forEach(this.#handle);
      }
    });
    if (turn === this.#turn) {
      this.#stop = stop;
    } else {
      stop();
    }
  }

  stop(): void {
    this.#turn += 1;
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Everything after the cursor that is on the stream now. */
  async rest(cursor: string): Promise<Entry[]> {
    const raw = await this.#resources.deps.redis.xrange(this.#key, `(${cursor}`, "+");
    return toEntries(raw as [string, string[]][]).filter((entry) => entry.data.length <= maxEntryChars);
  }

  async bury(entry: Entry, reason: string): Promise<void> {
    this.#log.error({ reason, entry: entry.id }, "a status message was set aside as dead");
    const fields = ["data", entry.data.slice(0, 100_000), "reason", reason, "entry", entry.id];
    await this.#resources.deps.redis.xadd(`${this.#key}:dead`, "MAXLEN", "~", 1000, "*", ...fields);
  }
}
