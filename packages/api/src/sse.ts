/** Event streams over HTTP: resume without loss or repeats, heartbeats, a last event; one Redis reader for all listeners. */
import { type AnyStream, Fault, isTerminal, type RunDetail, validationFault } from "@djinnbot/contracts";
import { type Caller, type Deps, guard, serviceCaller, servicesFor } from "@djinnbot/core";
import { createRedis, type Entry, isAfter, Tailer, tenantKeys } from "@djinnbot/events";
import type { ApiConfig } from "./config.ts";
import { spendRequest } from "./limit.ts";
import type { ApiRequest } from "./request.ts";
import { readQuery } from "./rest.ts";
import { Connection } from "./sse-connection.ts";
import { ending, type Frame, framer, heartbeat, opening } from "./sse-frame.ts";
import { forward, newestEntry } from "./sse-source.ts";
import { fromWire } from "./wire.ts";

interface Listener {
  connection: Connection;
  /** Throws a Fault when the caller may no longer listen. */
  revalidate: () => Promise<void>;
  checkedAt: number;
}
interface Subscription {
  contract: AnyStream;
  caller: Caller & { tenantId: string };
  since: string;
  /** Null for the tenant's stream. */
  runId: string | null;
}

/** A late outbox row may follow a finished run by this long. */
const lastEventGraceMs = 3000;

export type EventStreams = ReturnType<typeof createEventStreams>;

/** The streams of a process. `open` answers a request; `close` ends all. */
export function createEventStreams(deps: Deps, config: ApiConfig) {
  const reader = createRedis(config.redisUrl, { log: deps.log, name: "event-streams", blocking: true });
  const tailer = new Tailer({ redis: reader, control: deps.redis, log: deps.log });
  const listeners = new Set<Listener>();
  const framers = new Map<AnyStream, ReturnType<typeof framer>>();
  const timer = setInterval(() => tend(listeners, config), 1000);
  timer.unref();

  async function open(api: ApiRequest, contract: AnyStream, params: Record<string, string>): Promise<Response> {
    const caller = await authorize(api, contract);
    await spendRequest(caller, config.requestLimit);
    const subscription = { contract, caller, ...readInput(api, contract, params) };
    const { key, from, newest, state } = await locate(deps, subscription);
    const frame = framers.get(contract) ?? framer(contract, deps.log);
    framers.set(contract, frame);
    const isOver = newest === null || (!isAfter(newest.id, from) && frame(newest, caller.tenantId)?.isTerminal === true);
    if (state === "terminal" && isOver && api.request.headers.has("last-event-id")) {
      // The only answer after which a browser's EventSource does not come again.
      return new Response(null, { status: 204 });
    }
    let stop: (() => void) | undefined;
    const connection = new Connection({
      bufferBytes: config.streamBufferBytes,
      onClose: () => {
        listeners.delete(listener);
        stop?.();
      },
    });
    const listener: Listener = {
      connection,
      checkedAt: Date.now(),
      revalidate: async () => void (await authorize({ ...api, caller: api.identify }, contract)),
    };
    listeners.add(listener);
    api.request.signal.addEventListener("abort", () => connection.close(), { once: true });
    connection.send(opening(from));
    const end = runEnd({ deps, subscription, connection });
    const source = { key, from, tailer, redis: deps.redis, frame: (entry: Entry) => frame(entry, caller.tenantId) };
    void forward(source, connection, end.onFrame)
      .then((stopForwarding) => {
        stop = stopForwarding;
        return connection.isClosed ? stopForwarding() : end.onLive({ isTerminalRow: state === "terminal", isOver });
      })
      .catch((error: Error) => {
        api.log.warn({ err: error.message }, "an event stream broke off");
        connection.close();
      });
    return new Response(connection.body, { headers: streamHeaders });
  }

  return {
    open,
    count: () => listeners.size,
    lastPollAt: () => tailer.lastPollAt,
    close: async () => {
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

async function authorize(
  api: Pick<ApiRequest, "caller">,
  contract: AnyStream,
): Promise<Caller & { tenantId: string }> {
  const caller = await api.caller();
  guard(caller, contract.scope);
  if (caller.tenantId === null) {
    throw new Fault("BAD_REQUEST", "Say which tenant: send X-Tenant-Id.");
  }
  return { ...caller, tenantId: caller.tenantId };
}

function readInput(
  api: ApiRequest,
  contract: AnyStream,
  params: Record<string, string>,
): Pick<Subscription, "since" | "runId"> {
  const { token: _, ...query } = readQuery(api.url.searchParams);
  const sent = { ...(fromWire(contract.input, query, "snake") as object), ...params };
  const resume = api.request.headers.get("last-event-id");
  const parsed = contract.input.safeParse(resume ? { ...sent, since: resume } : sent);
  if (!parsed.success) {
    const isPath = parsed.error.issues.every((issue) => String(issue.path[0]) in params);
    throw isPath ? new Fault("NOT_FOUND", "Not found") : validationFault(parsed.error, "query");
  }
  const input = parsed.data as { since: string; runId?: string };
  return { since: input.since, runId: input.runId ?? null };
}

/** Key and starting point, after making sure that the run is the tenant's own. Throws NOT_FOUND. */
async function locate(deps: Deps, { caller, runId, since }: Subscription) {
  const state = runId === null ? "open" : await runState(deps, caller, runId);
  if (state === "gone") {
    throw new Fault("NOT_FOUND", "Run not found");
  }
  const key = runId === null ? tenantKeys.events(caller.tenantId) : tenantKeys.runEvents(caller.tenantId, runId);
  const newest = await newestEntry(deps.redis, key);
  const from = since === "$" ? (newest?.id ?? "0-0") : since === "0" ? "0-0" : since;
  return { key, from, newest, state };
}

async function runState(
  deps: Deps,
  caller: Caller & { tenantId: string },
  runId: string,
): Promise<"open" | "terminal" | "gone"> {
  const own = serviceCaller(deps, { tenantId: caller.tenantId, requestId: caller.requestId, name: "sse-relay" });
  try {
    const run: RunDetail = await servicesFor(own).runs.get({ runId });
    return isTerminal(run.status) ? "terminal" : "open";
  } catch (error) {
    if (error instanceof Fault && error.code === "NOT_FOUND") {
      return "gone";
    }
    throw error;
  }
}

/**
 * When a run's stream ends: after a terminal event that nothing followed, once the row agrees (a restart makes a run speak again);
 * or, for a run that was over before, when its past is sent.
 */
function runEnd(options: { deps: Deps; subscription: Subscription; connection: Connection }) {
  const { deps, subscription, connection } = options;
  const { runId, caller } = subscription;
  let isLive = false;
  let isLastTerminal = false;
  const finish = () => {
    connection.send(ending());
    connection.close();
  };
  const finishIfOver = async () => {
    const state = runId === null ? "open" : await runState(deps, caller, runId).catch(() => "open" as const);
    if (state !== "open" && isLastTerminal) {
      finish();
    }
  };
  return {
    onFrame: (frame: Frame) => {
      isLastTerminal = frame.isTerminal;
      if (isLive && isLastTerminal && runId !== null) {
        void finishIfOver();
      }
    },
    onLive: (at: { isTerminalRow: boolean; isOver: boolean }) => {
      isLive = true;
      if (runId === null) {
        return;
      }
      if (isLastTerminal) {
        void finishIfOver();
      } else if (at.isTerminalRow && at.isOver) {
        finish();
      } else if (at.isTerminalRow) {
        setTimeout(finish, lastEventGraceMs).unref();
      }
    },
  };
}

/** Once a second over all listeners: heartbeats where nothing was sent, and a look whether the caller may still listen. */
function tend(listeners: ReadonlySet<Listener>, config: ApiConfig): void {
  const now = Date.now();
  for (const listener of listeners) {
    if (now - listener.connection.lastSentAt >= config.heartbeatSec * 1000) {
      listener.connection.send(heartbeat());
    }
    if (now - listener.checkedAt >= config.revalidateSec * 1000) {
      listener.checkedAt = now;
      listener.revalidate().catch((error: unknown) => {
        // A database that is away is no reason to send people out.
        if (error instanceof Fault && [400, 401, 403, 404].includes(error.status)) {
          listener.connection.close();
        }
      });
    }
  }
}
