/** The consumer-group loop: parse, handle, acknowledge; reclaim after 60 s; bad messages go to `<key>:dead` with the reason. */
import type { Log } from "@djinnbot/config";
import type { Redis } from "ioredis";
import type { z } from "zod";
import { type Channel, parseMessage } from "./channel.ts";
import { type Entry, toEntries } from "./tail.ts";

export interface ConsumeOptions<S extends z.ZodType> {
  /** A blocking connection of its own. */
  redis: Redis;
  /** An ordinary connection for acknowledgements. */
  control: Redis;
  channel: Channel<Record<never, never>, S>;
  group: string;
  consumer: string;
  log: Log;
  signal: AbortSignal;
  /** Must be idempotent; a throw leaves the message pending, to be delivered again. */
  handle: (message: z.output<S>) => Promise<void>;
  onPoll?: () => void;
  reclaimIdleMs?: number;
  maxDeliveries?: number;
}

const reclaimEveryMs = 5000;

/** Runs until `signal` aborts. Creates the group at the stream's start if it is missing (also after Redis was emptied). */
export async function consume<S extends z.ZodType>(options: ConsumeOptions<S>): Promise<void> {
  const { redis, signal, log } = options;
  const key = options.channel.key({});
  const stop = () => redis.disconnect();
  signal.addEventListener("abort", stop, { once: true });
  let nextReclaim = 0;
  let ready = false;
  while (!signal.aborted) {
    try {
      if (!ready) {
        await createGroup(options.control, key, options.group);
        ready = true;
      }
      if (performance.now() >= nextReclaim) {
        nextReclaim = performance.now() + reclaimEveryMs;
        await reclaim(options, key);
      }
      const answer = (await redis.xreadgroup(
        "GROUP",
        options.group,
        options.consumer,
        "COUNT",
        50,
        "BLOCK",
        2000,
        "STREAMS",
        key,
        ">",
      )) as [string, [string, string[]][]][] | null;
      options.onPoll?.();
      await handleAll(options, key, toEntries(answer?.[0]?.[1] ?? []));
    } catch (error) {
      const text = (error as Error).message;
      if (signal.aborted) {
        break;
      }
      ready = !text.includes("NOGROUP") && ready;
      log.warn({ err: text, channel: options.channel.name }, "consuming failed; trying again");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  signal.removeEventListener("abort", stop);
}

async function createGroup(control: Redis, key: string, group: string): Promise<void> {
  try {
    await control.xgroup("CREATE", key, group, "0", "MKSTREAM");
  } catch (error) {
    if (!(error as Error).message.includes("BUSYGROUP")) {
      throw error;
    }
  }
}

/** Messages of one read are handled side by side: one that waits stops nothing else (G7). */
async function handleAll<S extends z.ZodType>(
  options: ConsumeOptions<S>,
  key: string,
  entries: readonly Entry[],
): Promise<void> {
  await Promise.all(entries.map((entry) => handleOne(options, key, entry)));
}

async function handleOne<S extends z.ZodType>(options: ConsumeOptions<S>, key: string, entry: Entry): Promise<void> {
  const parsed = parseMessage(options.channel.schema, entry.data);
  if ("reason" in parsed) {
    await bury(options, key, entry, parsed.reason);
    return;
  }
  try {
    await options.handle(parsed.message);
    await options.control.xack(key, options.group, entry.id);
  } catch (error) {
    options.log.error(
      { err: (error as Error).message, entry: entry.id, channel: options.channel.name },
      "handling a message failed",
    );
  }
}

async function reclaim<S extends z.ZodType>(options: ConsumeOptions<S>, key: string): Promise<void> {
  const idle = options.reclaimIdleMs ?? 60_000;
  const pending = (await options.control.xpending(key, options.group, "IDLE", idle, "-", "+", 50)) as [
    string,
    string,
    number,
    number,
  ][];
  for (const [id, , , deliveries] of pending) {
    const raw = (await options.control.xclaim(key, options.group, options.consumer, idle, id)) as [string, string[]][];
    const entry = toEntries(raw.filter((item) => item !== null))[0];
    if (!entry) {
      await options.control.xack(key, options.group, id);
    } else if (deliveries >= (options.maxDeliveries ?? 5)) {
      await bury(options, key, entry, `failed ${deliveries} times`);
    } else {
      await handleOne(options, key, entry);
    }
  }
}

async function bury<S extends z.ZodType>(
  options: ConsumeOptions<S>,
  key: string,
  entry: Entry,
  reason: string,
): Promise<void> {
  options.log.error({ reason, entry: entry.id, channel: options.channel.name }, "message set aside as dead");
  await options.control
    .multi()
    .xadd(`${key}:dead`, "MAXLEN", "~", 10_000, "*", "data", entry.data, "reason", reason, "entry", entry.id)
    .xack(key, options.group, entry.id)
    .exec();
}
