/** Redis connections: one factory, so that every client reconnects and logs the same way. */
import type { Log } from "@djinnbot/config";
import { Redis } from "ioredis";

/** Time without an answer after which a line counts as broken. A blocking read must end by itself before (BLOCK). */
const silence = { blocking: 15_000, ordinary: 10_000, workload: 5000 };

/**
 * A connection that keeps trying (50 ms, doubling, at most 2 s). `blocking` connections wait in XREAD and must not be shared
 * with commands. A line on which nothing is answered for `silenceMs` (15 s, ordinary ones 10 s) is half-open: what waits on an
 * ordinary one fails, and a new line is made.
 */
export function createRedis(
  url: string,
  options: { log: Log; name: string; blocking?: boolean; silenceMs?: number },
): Redis {
  const silenceMs = options.silenceMs ?? (options.blocking ? silence.blocking : silence.ordinary);
  const redis = new Redis(url, {
    connectionName: options.name,
    lazyConnect: false,
    maxRetriesPerRequest: options.blocking ? null : 5,
    enableReadyCheck: true,
    keepAlive: 5000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 2000),
    connectTimeout: 5000,
    socketTimeout: silenceMs,
    // Commands of one turn of the event loop leave in one write.
    ...(options.blocking ? {} : { enableAutoPipelining: true, commandTimeout: silenceMs }),
  });
  let failing = false;
  redis.on("error", (error) => {
    if (!failing) {
      options.log.warn({ err: error.message, connection: options.name }, "Redis connection failed; retrying");
    }
    failing = true;
  });
  redis.on("ready", () => {
    if (failing) {
      options.log.info({ connection: options.name }, "Redis connection is back");
    }
    failing = false;
  });
  return redis;
}

/**
 * A workload's connection: sends nothing but AUTH, SELECT (only when the URL names a database) and what its caller asks for,
 * because its Redis user may do little else. A command is never queued or sent twice: while the server is away it fails at
 * once, and the caller decides. `path` is a socket that leads there, in place of the URL's address. Keeps trying for ever, also while the server does not know the user (the engine makes it anew).
 */
export function createWorkloadRedis(
  url: string,
  options: { log: Log; name: string; blocking?: boolean; path?: string | undefined },
): Redis {
  const redis = new Redis(url, {
    ...(options.path === undefined ? {} : { path: options.path, tls: undefined }),
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    keepAlive: 5000,
    connectTimeout: 5000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 5), 1000),
    socketTimeout: options.blocking ? silence.blocking : silence.workload,
    ...(options.blocking ? {} : { commandTimeout: silence.workload }),
  });
  let failing = false;
  redis.on("error", (error) => {
    if (!failing) {
      options.log.warn({ err: error.message, connection: options.name }, "Redis connection failed; retrying");
    }
    failing = true;
  });
  redis.on("ready", () => {
    failing = false;
  });
  return redis;
}
export type { Redis };
