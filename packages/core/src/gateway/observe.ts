/** Looks at an answer while it passes: cuts it into messages and hands them to the usage reader. Never changes or delays it. */
import type { ProviderWire } from "@djinnbot/contracts";
import { type Observed, usageReader } from "./usage.ts";

export interface Observer {
  push(chunk: Uint8Array): void;
  end(): Observed;
}

/** What does not fit is not read for usage, but still passes. */
const maxHeldChars = 16 * 1024 * 1024;

/** `contentType` of the answer decides between server-sent events and one JSON document. */
export function observe(wire: ProviderWire, contentType: string): Observer {
  const reader = usageReader(wire);
  const decoder = new TextDecoder();
  const isEvents = contentType.includes("text/event-stream");
  let held = "";
  let overflown = false;

  const line = (raw: string) => {
    const data = /^data: ?(.*)$/.exec(raw.replace(/\r$/, ""))?.[1];
    if (data !== undefined && data !== "" && data !== "[DONE]") {
      readJson(data);
    }
  };
  const readJson = (json: string) => {
    try {
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
    if (isEvents) {
      const lines = held.split("\n");
      held = lines.pop() ?? "";
      lines.forEach(line);
    }
    if (held.length > maxHeldChars) {
      overflown = true;
      held = "";
    }
  };
  return {
    push: (chunk) => {
      if (!overflown) {
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
      return reader.result();
    },
  };
}
