/** From a Redis stream to one listener: first what lies behind, page by page as the reader takes it, then what comes. */
import { type Entry, type Redis, type Tailer, toEntries } from "@djinnbot/events";
import type { Connection } from "./sse-connection.ts";
import type { Frame } from "./sse-frame.ts";

export interface Source {
  key: string;
  /** Resume point, exclusive; never `$`. */
  from: string;
  tailer: Tailer;
  redis: Redis;
  frame: (entry: Entry) => Frame | null;
}
type RawEntries = [id: string, fields: string[]][];

const pageSize = 500;

/** The newest entry of a stream, or null for an empty one. */
export async function newestEntry(redis: Redis, key: string): Promise<Entry | null> {
  return toEntries((await redis.xrevrange(key, "+", "-", "COUNT", 1)) as RawEntries)[0] ?? null;
}

/**
 * Sends everything after `from` until the answered function is called. `onFrame` sees each frame after it was sent. Resolves when the
 * past is sent and the listener is live.
 */
export async function forward(
  source: Source,
  connection: Connection,
  onFrame: (frame: Frame) => void,
): Promise<() => void> {
  let last = source.from;
  const emit = (entries: readonly Entry[]) => {
    for (const entry of entries) {
      const frame = source.frame(entry);
      if (frame) {
        connection.send(frame.bytes);
        onFrame(frame);
      }
    }
  };
  for (;;) {
    await connection.ready();
    if (connection.isClosed) {
      return () => undefined;
    }
    const raw = await source.redis.xrange(source.key, `(${last}`, "+", "COUNT", pageSize);
    const entries = toEntries(raw as RawEntries);
    emit(entries);
    last = entries.at(-1)?.id ?? last;
    if (entries.length < pageSize) {
      return source.tailer.subscribe(source.key, last, emit);
    }
  }
}
