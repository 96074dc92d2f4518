/** Looks at an answer while it passes: cuts it into messages and hands them to the usage reader. Never changes or delays it. */
import type { ProviderWire } from "@djinnbot/contracts";
import { checkJsonBounds } from "../json-bounds.ts";
import { type Observed, usageReader } from "./usage.ts";

export interface Observer {
  push(chunk: Uint8Array): void;
  end(): Observed;
}

/** What does not fit still passes. It is not read for usage; its length counts instead, so that a long answer is not a free one. */
const maxHeldChars = 16 * 1024 * 1024;
const bounds = { maxDepth: 128, maxValues: 200_000, maxKeys: 1000 };
/** Less text than this cannot hold enough to matter. */
const boundedFromChars = 64 * 1024;

/** `contentType` of the answer decides between server-sent events and one JSON document. */
export function observe(wire: ProviderWire, contentType: string): Observer {
  const reader = usageReader(wire);
  const decoder = new TextDecoder();
  const isEvents = contentType.includes("text/event-stream");
  let held = "";
  let overflown = false;
  let unread = 0;

  const line = (raw: string) => {
    const data = /^data: ?(.*)$/.exec(raw.replace(/\r$/, ""))?.[1];
    if (data !== undefined && data !== "" && data !== "[DONE]") {
      readJson(data);
    }
  };
  const readJson = (json: string) => {
    try {
      if (json.length > boundedFromChars && !isBounded(json)) {
        unread += json.length;
        return;
      }
      const parsed: unknown = JSON.parse(json);
      for (const message of Array.isArray(parsed) ? parsed : [parsed]) {
        reader.read(message);
      }
    } catch {
      // Not for us to judge: the client gets it as it is.
    }
  };
  const add = (text: string) => {
    held += text;
    if (isEvents && text.includes("\n")) {
      const lines = held.split("\n");
      held = lines.pop() ?? "";
      lines.forEach(line);
    }
    if (held.length > maxHeldChars) {
      overflown = true;
      unread += held.length;
      held = "";
    }
  };
  return {
    push: (chunk) => {
      if (overflown) {
        unread += chunk.byteLength;
      } else {
        add(decoder.decode(chunk, { stream: true }));
      }
    },
    end: () => {
      if (!overflown) {
        add(decoder.decode());
        if (isEvents) {
          line(held);
        } else {
          readJson(held);
        }
      }
      const seen = reader.result();
      return { ...seen, chars: seen.chars + unread };
    },
  };
}

function isBounded(json: string): boolean {
  try {
    checkJsonBounds(Buffer.from(json), bounds);
    return true;
  } catch {
    return false;
  }
}
