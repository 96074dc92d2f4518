/** Event streams over HTTP: resume without loss or repeats, heartbeats, a last event; one Redis reader for all listeners. */
import { type AnyStream, Fault } from "@djinnbot/contracts";
import type { Deps } from "@djinnbot/core";
import { createRedis, type Entry, isAfter, Tailer } from "@djinnbot/events";
import type { ApiConfig } from "./config.ts";
import { spendRequest } from "./limit.ts";
import type { ApiRequest } from "./request.ts";
import { Connection } from "./sse-connection.ts";
import { endOfRun } from "./sse-end.ts";
import { type Framer, framer, heartbeat, opening } from "./sse-frame.ts";
import { StreamPlaces } from "./sse-places.ts";
import { forward } from "./sse-source.ts";
import { authorize, type Subscription, subscription } from "./sse-subscription.ts";

interface Listener {
  connection: Connection;
  /** Throws a Fault when the caller may no longer listen. */
  revalidate: () => Promise<unknown>;
  checkedAt: number;
}

export type EventStreams = ReturnType<typeof createEventStreams>;

/** The streams of a process. `open` answers a request; `close` ends all and refuses new ones. */
export function createEventStreams(deps: Deps, config: ApiConfig) {
  const reader = createRedis(config.redisUrl, { log: deps.log, name: "event-streams", blocking: true });
  const tailer = new Tailer({ redis: reader, control: deps.redis, log: deps.log });
  const listeners = new Set<Listener>();
  const places = new StreamPlaces(config.maxStreams);
  const framers = new Map<AnyStream, Framer>();
  let isClosed = false;
  const timer = setInterval(() => tend(listeners, config), 1000);
  timer.unref();

  function framerOf(contract: AnyStream): Framer {
    const known = framers.get(contract) ?? framer(contract, deps.log);
    framers.set(contract, known);
    return known;
  }

  async function open(api: ApiRequest, contract: AnyStream, params: Record<string, string>): Promise<Response> {
    // Counted before anything is refused.
    await spendRequest(await api.caller(), config.requestLimit);
    const caller = await authorize(api.caller, contract);
    const wanted = await subscription(deps, caller, { api, contract, params });
    // Looked at last: nothing may come between this and joining the listeners, which `close` ends.
    if (isClosed) {
      throw new Fault("UNAVAILABLE", "This server is being restarted. Connect again.", { retryAfterSec: 1 });
    }
    const frame = (entry: Entry) => framerOf(contract)(entry, caller.tenantId);
    if (api.request.headers.has("last-event-id") && hasNothingMore(wanted, frame)) {
      // The only answer after which a browser's EventSource does not come again.
      return new Response(null, { status: 204 });
    }
    const leave = places.take(caller.tenantId);
    let stop: (() => void) | undefined;
    const connection = new Connection({
      bufferBytes: config.streamBufferBytes,
      onClose: () => {
        listeners.delete(listener);
        leave();
        stop?.();
      },
    });
    const listener: Listener = {
      connection,
      checkedAt: Date.now(),
      revalidate: () => authorize(api.identify, contract),
    };
    listeners.add(listener);
    api.request.signal.addEventListener("abort", () => connection.close(), { once: true });
    connection.send(opening(wanted.from));
    const end = endOfRun(deps, wanted, connection);
    forward({ key: wanted.key, from: wanted.from, tailer, redis: deps.redis, frame }, connection, end.onFrame)
      .then((stopForwarding) => {
        stop = stopForwarding;
        return connection.isClosed ? stopForwarding() : end.onLive();
      })
      .catch((error: Error) => {
        api.log.warn({ err: error.message }, "an event stream broke off");
        connection.close();
      });
    return new Response(connection.body, { headers: streamHeaders });
  }

  return {
    open,
    /** Open connections. */
    count: () => listeners.size,
    isClosed: () => isClosed,
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      for (const listener of [...listeners]) {
        listener.connection.close();
      }
      await tailer.close();
    },
  };
}

const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  // `no-transform` keeps proxies and compression from holding events back.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

function hasNothingMore({ state, newest, from }: Subscription, frame: (entry: Entry) => { phase: unknown } | null) {
  const isRead = newest === null || !isAfter(newest.id, from);
  const isSaid = newest !== null && frame(newest)?.phase === "over";
  return isRead && (state === "settled" || (state === "over" && isSaid));
}

/** Once a second over all listeners: heartbeats where nothing was sent, and a look whether the caller may still listen. */
function tend(listeners: ReadonlySet<Listener>, config: ApiConfig): void {
  const now = Date.now();
  const beat = heartbeat();
  for (const listener of listeners) {
    if (now - listener.connection.lastSentAt >= config.heartbeatSec * 1000) {
      listener.connection.send(beat);
    }
    if (now - listener.checkedAt >= config.revalidateSec * 1000) {
      listener.checkedAt = now;
      listener.revalidate().catch((error: unknown) => {
        // A database that is away is no reason to send people out.
        if (error instanceof Fault && error.status < 500) {
          listener.connection.close();
        }
      });
    }
  }
}
