/** An event as the log answers it. */
export type LoggedEvent = Record<string, unknown> & { timestamp: number; streamId: string };

/** A message that was sent again, because its first sending was not heard of, stands on the stream twice. */
export function toldOnce(events: readonly LoggedEvent[]): LoggedEvent[] {
  const seen = new Set<unknown>();
  return events.filter(({ id }) => {
    const isNew = typeof id !== "string" || !seen.has(id);
    seen.add(id);
    return isNew;
  });
}

const speaks = (event: LoggedEvent | undefined) => typeof event?.chunk === "string";
const stepOf = (event: LoggedEvent) => `${event.stepId}#${event.attempt}`;

/**
 * Stored text is in one piece under the place of its first part, so a stream that was cut inside it tells its rest again:
 * what the stream still has is taken off the last stored row.
 */
export function withoutOverlap(stored: readonly LoggedEvent[], live: readonly LoggedEvent[]): LoggedEvent[] {
  const last = stored.at(-1);
  const text = last?.chunk;
  if (last === undefined || typeof text !== "string") {
    return [...stored];
  }
  const told = longestToldAgain(text, partsAfter(last, live));
  return told === 0 ? [...stored] : [...stored.slice(0, -1), { ...last, chunk: text.slice(0, text.length - told) }];
}

/** The parts that go on with the same text: up to where its step says or does something else. */
function partsAfter(last: LoggedEvent, live: readonly LoggedEvent[]): string[] {
  const parts: string[] = [];
  for (const event of live) {
    if (stepOf(event) !== stepOf(last)) {
      continue;
    }
    if (event.type !== last.type || !speaks(event)) {
      break;
    }
    parts.push(String(event.chunk));
  }
  return parts;
}

function longestToldAgain(text: string, parts: readonly string[]): number {
  let joined = "";
  let longest = 0;
  for (const part of parts) {
    joined += part;
    if (joined.length > text.length) {
      break;
    }
    if (text.endsWith(joined)) {
      longest = joined.length;
    }
  }
  return longest;
}
