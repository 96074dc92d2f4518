/** The line to the engine: commands in, status and narration out; survives a Redis that is away, emptied or has forgotten us. */
import type { Log } from "@djinnbot/config";
import type { RunCommand } from "@djinnbot/contracts";
import {
  createWorkloadRedis,
  isAfter,
  parseMessage,
  publish,
  type Redis,
  type RunAddress,
  runCommands,
  runEvents,
  runStatus,
  toEntries,
} from "@djinnbot/events";

export interface Link {
  /** Hands over every command of the stream once, in order, until `close`. */
  read(handle: (command: RunCommand) => void): Promise<void>;
  /** Sends one status message now; false when Redis did not take it. */
  tell(message: object): Promise<boolean>;
  /** Sends narration in order; answers how many of them Redis took, counted from the first. */
  narrate(messages: readonly object[]): Promise<number>;
  close(): void;
}

/** Below the connection's 15 s of silence that count as a broken line. */
const blockMs = 5000;
const retryMs = 100;
/** More than the command stream holds, so that reading it again from its beginning repeats nothing. */
const maxSeen = 5000;

export function openLink(options: {
  url: string;
  /** Socket of Redis, in place of the address in `url`. */
  path?: string | undefined;
  address: RunAddress;
  cursor: string;
  log: Log;
  /** Called whenever the line for answers is up (again). */
  onUp: () => void;
}): Link {
  const { address, log } = options;
  const { url, path } = options;
  const writer = createWorkloadRedis(url, { log, path, name: "runtime-out" });
  const reader = createWorkloadRedis(url, { log, path, name: "runtime-in", blocking: true });
  let closed = false;
  writer.on("ready", options.onUp);

  const send = async (channel: typeof runStatus | typeof runEvents, message: object): Promise<boolean> => {
    try {
      await publish(writer, channel, address, message);
      return true;
    } catch (error) {
      const text = (error as Error).message;
      if (text.includes("timed out")) {
        // A half-open connection: only a new one helps.
        writer.disconnect(true);
      }
      log.debug({ err: text, channel: channel.name }, "Redis did not take a message");
      return false;
    }
  };

  return {
    read: async (handle) => {
      const cursor = new Cursor(options.cursor);
      reader.on("ready", () => cursor.rewind());
      const key = runCommands.key(address);
      while (!closed) {
        try {
          await untilReady(reader);
          const answer = (await reader.xread("COUNT", 100, "BLOCK", blockMs, "STREAMS", key, cursor.at)) as
            | [string, [string, string[]][]][]
            | null;
          for (const entry of toEntries(answer?.[0]?.[1] ?? [])) {
            const parsed = cursor.take(entry.id) ? parseMessage(runCommands.schema, entry.data) : undefined;
            if (parsed && "reason" in parsed) {
              log.error({ reason: parsed.reason, entry: entry.id }, "a command was not understood");
            } else if (parsed) {
              handle(parsed.message);
            }
          }
        } catch {
          await new Promise((resolve) => setTimeout(resolve, retryMs));
        }
      }
    },
    tell: (message) => send(runStatus, message),
    narrate: async (messages) => {
      const taken = await Promise.all(messages.map((message) => send(runEvents, message)));
      const failed = taken.indexOf(false);
      return failed < 0 ? messages.length : failed;
    },
    close: () => {
      closed = true;
      reader.disconnect();
      writer.disconnect();
    },
  };
}

/** Resolves once commands can be sent, or never can again. */
function untilReady(redis: Redis): Promise<void> {
  if (redis.status === "ready" || redis.status === "end") {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const done = () => {
      redis.off("ready", done).off("end", done);
      resolve();
    };
    redis.on("ready", done).on("end", done);
  });
}

/**
 * Where to read on. After a reconnection the stream is read from the start again, because a Redis that came back empty may
 * count from an earlier time; entries already seen are skipped.
 */
export class Cursor {
  readonly #start: string;
  readonly #seen = new Set<string>();
  at: string;

  constructor(start: string) {
    this.#start = start;
    this.at = start;
  }

  rewind(): void {
    this.at = this.#start;
  }

  /** True for an entry that was not seen before. */
  take(id: string): boolean {
    if (isAfter(id, this.at)) {
      this.at = id;
    }
    if (this.#seen.has(id)) {
      return false;
    }
    this.#seen.add(id);
    const oldest = this.#seen.size > maxSeen ? this.#seen.values().next().value : undefined;
    if (oldest !== undefined) {
      this.#seen.delete(oldest);
    }
    return true;
  }
}
