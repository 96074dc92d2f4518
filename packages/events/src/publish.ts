/** Writing to channels: one message with its envelope, at most once per message id. */
import { newId } from "@djinnbot/contracts";
import type { Redis } from "ioredis";
import { type Channel, messageField } from "./channel.ts";

export interface EnvelopeSource {
  tenantId: string;
  requestId: string;
}

/** Gives a message its envelope. The id is random unless the caller has one that repeats with the fact. */
export function envelop<B extends object>(source: EnvelopeSource, body: B, id: string = newId("event")) {
  return { v: 1 as const, id, tenantId: source.tenantId, requestId: source.requestId, at: Date.now(), ...body };
}

/** Appends a message that already has its envelope; answers the entry's id. */
export async function publish<A>(redis: Redis, channel: Channel<A>, address: A, message: object): Promise<string> {
  const id = await redis.xadd(
    channel.key(address),
    "MAXLEN",
    "~",
    channel.maxLength,
    "*",
    messageField,
    JSON.stringify(message),
  );
  return id ?? "";
}

/** KEYS[1] stream, ARGV[1] its approximate length, then the messages. One command: who waits on the stream gets all of them at once. */
const publishAllLua = `
for i = 2, #ARGV do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'data', ARGV[i])
end`;

/** Appends messages in the given order; a reader wakes once for all of them. */
export async function publishAll<A>(
  redis: Redis,
  channel: Channel<A>,
  address: A,
  messages: readonly object[],
): Promise<void> {
  const [first, ...others] = messages;
  if (first && others.length === 0) {
    await publish(redis, channel, address, first);
  } else if (first) {
    const texts = messages.map((message) => JSON.stringify(message));
    await redis.eval(publishAllLua, 1, channel.key(address), String(channel.maxLength), ...texts);
  }
}

/** Appends to a stream that is there: what comes after its run was deleted must not make it anew. */
export async function publishToLiving<A>(
  redis: Redis,
  channel: Channel<A>,
  address: A,
  message: object,
): Promise<void> {
  const entry = [messageField, JSON.stringify(message)] as const;
  await redis.xadd(channel.key(address), "NOMKSTREAM", "MAXLEN", "~", channel.maxLength, "*", ...entry);
}

/**
 * KEYS[1] marker, KEYS[2..] streams
 * ARGV[1] marker's life in seconds, then for each stream its approximate length and the place of its message in ARGV, then the messages
 * Appends everything unless the marker shows that it was done before; a crash between publishing an outbox row and deleting it
 * therefore repeats nothing.
 */
const publishOnceLua = `
if redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) then
  for i = 2, #KEYS do
    redis.call('XADD', KEYS[i], 'MAXLEN', '~', ARGV[2 * i - 2], '*', 'data', ARGV[tonumber(ARGV[2 * i - 1])])
  end
  return 1
end
return 0`;

/**
 * Appends messages to streams in the given order, once per marker key (kept one hour). True when they were appended now. A message that
 * goes to several streams is sent once.
 */
export async function publishOnce(
  redis: Redis,
  options: { marker: string; entries: readonly { key: string; maxLength: number; message: object }[] },
): Promise<boolean> {
  const keys = [options.marker, ...options.entries.map((entry) => entry.key)];
  const messages = [...new Set(options.entries.map((entry) => entry.message))];
  const first = 2 + 2 * options.entries.length;
  const places = new Map(messages.map((message, at) => [message, String(first + at)]));
  const args = options.entries.flatMap(({ maxLength, message }) => [String(maxLength), places.get(message) ?? ""]);
  const texts = messages.map((message) => JSON.stringify(message));
  return (await redis.eval(publishOnceLua, keys.length, ...keys, "3600", ...args, ...texts)) === 1;
}
