/** Follows a server-sent event stream until it ends: reconnects from where it was, and never gives an event twice. */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { type DjinnError, responseError, toDjinnError } from "./djinn-error.ts";

export interface FollowOptions {
  /** `0` = from the beginning (default for runs), `$` = only what is new, or the id of the last event seen. */
  since?: string;
  signal?: AbortSignal;
  /** Called when the connection is lost and when it is there (again). */
  onState?: (state: "connected" | "reconnecting") => void;
  /** Called with the point from which to follow later, before the event at that point is given. */
  onPosition?: (id: string) => void;
}
export interface Connect {
  url: string;
  /** Asked before every connection. */
  headers: () => Promise<Record<string, string>>;
  fetch: typeof fetch;
}

/** Silence after which the connection counts as lost: the server says something every five seconds, so two beats were missed. */
const silenceMs = 12_000;
const backoffMs = { first: 250, most: 10_000 };

/** Yields the events as the server sends them. Throws DjinnError for what trying again cannot mend; ends when the stream does. */
export async function* followEvents<E extends { id: string }>(
  connect: Connect,
  options: FollowOptions,
): AsyncGenerator<E, void, undefined> {
  const position = { since: options.since ?? "0", wait: backoffMs.first };
  const seen = new RecentIds();
  while (!options.signal?.aborted) {
    try {
      let isConnected = false;
      for await (const message of readOnce(connect, options, position.since)) {
        position.wait = backoffMs.first;
        if (message.id !== "") {
          position.since = message.id;
          options.onPosition?.(message.id);
        }
        if (!isConnected) {
          isConnected = true;
          options.onState?.("connected");
        }
        if (message.event === "end") {
          return;
        }
        if (message.event === undefined || message.event === "message") {
          const event = JSON.parse(message.data) as E;
          if (seen.add(event.id)) {
            yield event;
          }
        }
      }
    } catch (error) {
      if (options.signal?.aborted) {
        return;
      }
      const known = toDjinnError(error);
      if (!isPassing(known)) {
        throw known;
      }
      position.wait = Math.max(position.wait, (known.retryAfterSec ?? 0) * 1000);
    }
    if (options.signal?.aborted) {
      return;
    }
    options.onState?.("reconnecting");
    await pause(position.wait * (0.5 + Math.random() / 2), options.signal);
    position.wait = Math.min(position.wait * 2, backoffMs.most);
  }
}

/** One connection. Returns when the server closes it without an `end`. */
async function* readOnce(
  connect: Connect,
  options: FollowOptions,
  since: string,
): AsyncGenerator<Pick<EventSourceMessage, "event" | "data"> & { id: string }, void, undefined> {
  const abort = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
  let timer = setTimeout(() => abort.abort(), silenceMs);
  try {
    const url = new URL(connect.url);
    url.searchParams.set("since", since);
    const headers = { ...(await connect.headers()), accept: "text/event-stream" };
    const response = await connect.fetch(url, { headers, signal, cache: "no-store" });
    if (response.status === 204) {
      yield { event: "end", data: "", id: "" };
      return;
    }
    if (!response.ok || !response.body) {
      throw await responseError(response);
    }
    const messages: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (message) => messages.push(message) });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), silenceMs);
      parser.feed(decoder.decode(value, { stream: true }));
      for (const message of messages.splice(0)) {
        yield { ...message, id: message.id ?? "" };
      }
    }
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

/** Worth another try: the network, a server that is away or restarting, a limit. */
function isPassing(error: DjinnError): boolean {
  return ["NETWORK", "LIMIT", "UNAVAILABLE", "UPSTREAM", "INTERNAL"].includes(error.code);
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/** Remembers ids, the newest few thousand: events are told at least once. */
class RecentIds {
  readonly #ids = new Set<string>();
  /** False when the id is known. */
  add(id: string): boolean {
    if (this.#ids.has(id)) {
      return false;
    }
    this.#ids.add(id);
    if (this.#ids.size > 5000) {
      const [oldest] = this.#ids;
      this.#ids.delete(oldest as string);
    }
    return true;
  }
}
