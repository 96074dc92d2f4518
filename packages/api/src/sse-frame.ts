/** Frames of the event streams. Each entry is parsed and encoded once per process, however many listen. */
import type { Log } from "@djinnbot/config";
import { type AnyStream, terminalRunEvents } from "@djinnbot/contracts";
import { type Entry, parseMessage } from "@djinnbot/events";

export interface Frame {
  id: string;
  bytes: Uint8Array;
  /** The event after which a run has nothing more to tell, until a restart. */
  isTerminal: boolean;
}

const encoder = new TextEncoder();
const text = (lines: string) => encoder.encode(lines);

/** A comment, and the point from which to resume if nothing comes before the connection breaks. */
export function opening(resumeFrom: string): Uint8Array {
  return text(`: connected\nretry: 3000\nid: ${resumeFrom}\n\n`);
}
export function heartbeat(): Uint8Array {
  return text(`event: heartbeat\ndata: {"timestamp":${Date.now()}}\n\n`);
}
/** The last frame: nothing more will come, so do not reconnect. */
export function ending(): Uint8Array {
  return text("event: end\ndata: {}\n\n");
}

/** Makes frames of one contract's entries, remembering each while the entry lives. */
export function framer(contract: AnyStream, log: Log) {
  const frames = new WeakMap<Entry, Frame | null>();
  return (entry: Entry, tenantId: string): Frame | null => {
    const known = frames.get(entry);
    if (known !== undefined) {
      return known;
    }
    const frame = makeFrame(contract, entry, { tenantId, log });
    frames.set(entry, frame);
    return frame;
  };
}

/** Null for an entry that is not an event of this stream; one that belongs to another tenant must never leave. */
function makeFrame(contract: AnyStream, entry: Entry, source: { tenantId: string; log: Log }): Frame | null {
  const parsed = parseMessage(contract.event, entry.data);
  if ("reason" in parsed) {
    source.log.warn({ entry: entry.id, reason: parsed.reason }, "an entry of an event stream is not an event");
    return null;
  }
  const event = parsed.message as { tenantId: string; at: number; type: string };
  if (event.tenantId !== source.tenantId) {
    source.log.error({ entry: entry.id, tenant_id: source.tenantId }, "an event of another tenant was withheld");
    return null;
  }
  // `timestamp` is the name earlier clients know.
  const json = JSON.stringify({ ...event, timestamp: event.at });
  return {
    id: entry.id,
    bytes: text(`id: ${entry.id}\nevent: message\ndata: ${json}\n\n`),
    isTerminal: (terminalRunEvents as readonly string[]).includes(event.type),
  };
}
