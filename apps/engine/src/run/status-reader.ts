/** Reads a run's status stream from a cursor on; what cannot be understood is set aside and stops nothing (G7). */
import type { Log } from "@djinnbot/config";
import type { RunStatusMessage } from "@djinnbot/contracts";
import { type Entry, parseMessage, type RunAddress, runStatus, toEntries } from "@djinnbot/events";
import type { Resources } from "../held/resources.ts";

/** More than any honest message: outputs are bounded far below. */
const maxEntryChars = 6_000_000;
/** Set aside of one run, and told in the log: who sends more than this sends nothing that anybody will read. */
const maxBuried = 50;

/** Time an operator has to look at what was set aside. */
const deadLifeS = 7 * 24 * 3600;

/** A message with the id of its entry. */
export interface StatusEntry {
  message: RunStatusMessage;
  entryId: string;
}

export class StatusReader {
  readonly #resources: Resources;
  readonly #address: RunAddress;
  readonly #key: string;
  readonly #log: Log;
  readonly #handle: (entry: StatusEntry) => void;
  #stop: (() => void) | undefined;
  /** Counts starts: entries that an earlier subscription still delivers are not for us. */
  #turn = 0;
  #buried = 0;

  constructor(options: { resources: Resources; address: RunAddress; log: Log; handle: (entry: StatusEntry) => void }) {
    this.#resources = options.resources;
    this.#address = options.address;
    this.#key = runStatus.key(options.address);
    this.#log = options.log;
    this.#handle = options.handle;
  }

  async start(cursor: string): Promise<void> {
    this.stop();
    const turn = this.#turn;
    const stop = await this.#resources.tailer.subscribe(this.#key, cursor, (entries) => {
      if (turn === this.#turn) {
        this.#understand(entries).forEach(this.#handle);
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
  async rest(cursor: string): Promise<StatusEntry[]> {
    const raw = await this.#resources.deps.redis.xrange(this.#key, `(${cursor}`, "+", "COUNT", 200);
    return this.#understand(toEntries(raw as [string, string[]][]));
  }

  #understand(entries: readonly Entry[]): StatusEntry[] {
    return entries.flatMap((entry) => {
      if (entry.data.length > maxEntryChars) {
        return this.#bury(entry, "is too long");
      }
      const parsed = parseMessage(runStatus.schema, entry.data);
      if ("reason" in parsed) {
        return this.#bury(entry, parsed.reason);
      }
      const { message } = parsed;
      const { tenantId, runId } = this.#address;
      const isOurs = message.runId === runId && message.tenantId === tenantId;
      return isOurs ? [{ message, entryId: entry.id }] : this.#bury(entry, "is about another run");
    });
  }

  #bury(entry: Entry, reason: string): [] {
    this.#buried += 1;
    if (this.#buried > maxBuried) {
      return [];
    }
    this.#log.error({ reason, entry: entry.id }, "a status message was set aside as dead");
    const fields = ["data", entry.data.slice(0, 100_000), "reason", reason, "entry", entry.id];
    const { redis } = this.#resources.deps;
    Promise.all([
      redis.xadd(`${this.#key}:dead`, "MAXLEN", "~", 1000, "*", ...fields),
      redis.expire(`${this.#key}:dead`, deadLifeS),
    ]).catch((error: Error) => this.#log.warn({ err: error.message }, "a dead message was not kept"));
    return [];
  }
}
