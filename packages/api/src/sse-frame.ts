/** Frames of the event streams. Each entry is parsed and encoded once per process, however many listen. */
import type { Log } from "@djinnbot/config";
import { type AnyStream, isTerminal, RunStatus, terminalRunEvents } from "@djinnbot/contracts";
import { type Entry, parseMessage } from "@djinnbot/events";

export interface Frame {
  id: string;
  bytes: Uint8Array;
  /** What the event says about its run: that it is over, that it goes on (again), or neither. */
  phase: "over" | "going" | null;
}

const encoder = new TextEncoder();
const goingTypes: readonly string[] = ["RUN_CREATED", "STEP_QUEUED", "STEP_STARTED"];

/** A comment, and an event whose id is the point to resume from should the connection break before anything else comes. */
export function opening(resumeFrom: string): Uint8Array {
  return encoder.encode(`: connected\nretry: 3000\n\nid: ${resumeFrom}\nevent: ready\ndata: {}\n\n`);
}
/** A frame that keeps the line open; `timestamp` is epoch ms. */
export function heartbeat(): Uint8Array {
  return encoder.encode(`event: heartbeat\ndata: {"timestamp":${Date.now()}}\n\n`);
}
/** The last frame: nothing more will come, so do not reconnect. */
export function ending(): Uint8Array {
  return encoder.encode("event: end\ndata: {}\n\n");
}

export type Framer = (entry: Entry, tenantId: string) => Frame | null;
/** Makes frames of one contract's entries, remembering each while the entry lives. */
export function framer(contract: AnyStream, log: Log): Framer {
  const frames = new WeakMap<Entry, Frame | null>();
  return (entry, tenantId) => {
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
  const event = parsed.message as { tenantId: string; at: number; type: string; status?: unknown };
  if (event.tenantId !== source.tenantId) {
    source.log.error({ entry: entry.id, tenant_id: source.tenantId }, "an event of another tenant was withheld");
    return null;
  }
  // `timestamp` is the name earlier clients know.
  const json = JSON.stringify({ ...event, timestamp: event.at });
  return {
    id: entry.id,
    bytes: encoder.encode(`id: ${entry.id}\nevent: message\ndata: ${json}\n\n`),
    phase: phaseOf(event),
  };
}

function phaseOf(event: { type: string; status?: unknown }): Frame["phase"] {
  if ((terminalRunEvents as readonly string[]).includes(event.type)) {
    return "over";
  }
  const status = RunStatus.safeParse(event.status);
  return goingTypes.includes(event.type) || (status.success && !isTerminal(status.data)) ? "going" : null;
}
