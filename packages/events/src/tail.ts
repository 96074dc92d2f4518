/** One Redis reader per process for any number of streams: every subscriber of a stream sees each entry in order. */
import type { Log } from "@djinnbot/config";
import type { Redis } from "ioredis";
import { messageField } from "./channel.ts";

export interface Entry {
  /** Redis stream id: the resume point. */
  id: string;
  /** The message as JSON text, not yet parsed. */
  data: string;
}
type Listener = (entries: readonly Entry[]) => void;
interface Tailed {
  cursor: string;
  listeners: Set<Listener>;
}

/** `a > b` for stream ids (`ms-seq`; `0` is the smallest). */
export function isAfter(a: string, b: string): boolean {
  const [aMs = "0", aSeq = "0"] = a.split("-");
  const [bMs = "0", bSeq = "0"] = b.split("-");
  const [x, y] = [BigInt(aMs), BigInt(bMs)];
  return x === y ? BigInt(aSeq) > BigInt(bSeq) : x > y;
}

/** Redis' answer as entries; one without a message has empty `data`. */
export function toEntries(raw: [id: string, fields: string[]][]): Entry[] {
  return raw.map(([id, fields]) => {
    const at = fields.indexOf(messageField);
    return { id, data: at < 0 ? "" : (fields[at + 1] ?? "") };
  });
}

const blockMs = 5000;

/** Multiplexed XREAD. `redis` must be a blocking connection of its own; `control` is an ordinary one used to interrupt it. */
export class Tailer {
  readonly #redis: Redis;
  readonly #control: Redis;
  readonly #log: Log;
  readonly #streams = new Map<string, Tailed>();
  #closed = false;
  #clientId: number | undefined;
  #waiting = false;
  #idle: (() => void) | undefined;
  /** Epoch ms of the last answer from Redis: what readiness looks at. */
  lastPollAt = 0;

  constructor(options: { redis: Redis; control: Redis; log: Log }) {
    this.#redis = options.redis;
    this.#control = options.control;
    this.#log = options.log;
    this.#redis.on("close", () => {
      this.#clientId = undefined;
    });
    void this.#loop();
  }

  /**
   * Delivers entries after `from` (exclusive; `$` = from now on) until the returned function is called. What lies between `from`
   * and the shared cursor is read first, so a late subscriber misses and repeats nothing.
   */
  async subscribe(key: string, from: string, listener: Listener): Promise<() => void> {
    let seen = from === "$" ? await this.#lastId(key) : from;
    let backlog: Entry[] | undefined = [];
    const emit: Listener = (entries) => {
      const fresh = entries.filter((entry) => isAfter(entry.id, seen));
      const last = fresh.at(-1);
      if (last) {
        seen = last.id;
        listener(fresh);
      }
    };
    const live: Listener = (entries) => {
      if (backlog) {
        backlog.push(...entries);
      } else {
        emit(entries);
      }
    };
    const stop = this.#attach(key, seen, live);
    try {
      for (;;) {
        const raw = await this.#control.xrange(key, `(${seen === "0" ? "0-0" : seen}`, "+", "COUNT", 1000);
        const entries = toEntries(raw as [string, string[]][]);
        emit(entries);
        if (entries.length < 1000) {
          break;
        }
      }
      const rest = backlog;
      backlog = undefined;
      emit(rest);
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#idle?.();
    this.#redis.disconnect();
  }

  #attach(key: string, cursor: string, listener: Listener): () => void {
    let tailed = this.#streams.get(key);
    if (tailed) {
      // The shared cursor may be ahead of the new subscriber; its own XRANGE closes that gap.
      tailed.listeners.add(listener);
    } else {
      tailed = { cursor: cursor === "0" ? "0-0" : cursor, listeners: new Set([listener]) };
      this.#streams.set(key, tailed);
      this.#wake();
    }
    const mine = tailed;
    return () => {
      mine.listeners.delete(listener);
      if (mine.listeners.size === 0 && this.#streams.get(key) === mine) {
        this.#streams.delete(key);
      }
    };
  }

  async #lastId(key: string): Promise<string> {
    const raw = (await this.#control.xrevrange(key, "+", "-", "COUNT", 1)) as [string, string[]][];
    return raw[0]?.[0] ?? "0-0";
  }

  #wake(): void {
    this.#idle?.();
    if (this.#waiting && this.#clientId !== undefined) {
      this.#control.client("UNBLOCK", this.#clientId).catch(() => undefined);
    }
  }

  async #loop(): Promise<void> {
    while (!this.#closed) {
      try {
        if (this.#streams.size === 0) {
          await this.#pause();
          continue;
        }
        this.#clientId ??= await this.#redis.client("ID");
        const keys = [...this.#streams.keys()];
        const cursors = keys.map((key) => this.#streams.get(key)?.cursor ?? "0-0");
        this.#waiting = true;
        const answer = (await this.#redis.xread("COUNT", 500, "BLOCK", blockMs, "STREAMS", ...keys, ...cursors)) as
          | [string, [string, string[]][]][]
          | null;
        this.#waiting = false;
        this.lastPollAt = Date.now();
        this.#deliver(answer ?? []);
      } catch (error) {
        this.#waiting = false;
        if (!this.#closed) {
          this.#log.warn({ err: (error as Error).message }, "reading streams failed; trying again");
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
    }
  }

  #deliver(answer: [string, [string, string[]][]][]): void {
    for (const [key, raw] of answer) {
      const tailed = this.#streams.get(key);
      const entries = toEntries(raw);
      const last = entries.at(-1);
      if (!tailed || !last) {
        continue;
      }
      tailed.cursor = last.id;
      for (const listener of [...tailed.listeners]) {
        try {
          listener(entries);
        } catch (error) {
          this.#log.error({ err: (error as Error).message, key }, "a stream listener failed");
        }
      }
    }
  }

  /** Nothing to read: polls Redis once a second so that `lastPollAt` tells the truth, and wakes at once on a subscription. */
  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000);
      this.#idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#idle = undefined;
    if (!this.#closed && this.#streams.size === 0) {
      await this.#redis.ping();
      this.lastPollAt = Date.now();
    }
  }
}
