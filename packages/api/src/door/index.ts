/**
 * The door of workloads that have no network: sockets in a folder that each of them sees. `api.sock` serves the API for run keys,
 * `redis.sock` is what of Redis a session may use, `proxy.sock` leads outside as far as the rules allow.
 */
import { chmod, mkdir } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { doorDir, doorPaths } from "@djinnbot/config";
import type { Deps } from "@djinnbot/core";
import { closeServer, type FetchHandler, httpServer } from "../node-host.ts";
import { type HeldSocket, holdSocket } from "./held-socket.ts";
import { pipeServer } from "./pipe-server.ts";
import { startEgressProxy } from "./proxy.ts";
import { redisRelay } from "./redis-relay.ts";

export interface Door {
  /** Requests that are being answered get `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

/** A socket's path is limited by the kernel; without this a longer one would be cut. */
const maxPathBytes = 107;
/** Between two requests of a connection, and until the first: descriptors are for those who use them. In ms. */
const quietMs = 15_000;

/** Throws when the folder cannot be used. */
export async function openDoor(options: {
  deps: Deps;
  fetch: FetchHandler;
  redisUrl: string;
  /** How long the network rules of a session are remembered. */
  rulesMs?: number;
}): Promise<Door> {
  const { deps, redisUrl } = options;
  const paths = doorPaths(doorDir(deps.config.dataDir));
  if (Buffer.byteLength(paths.redis) > maxPathBytes || Buffer.byteLength(paths.proxy) > maxPathBytes) {
    throw new Error(`DATA_DIR is too long a path for sockets in it: ${paths.dir}`);
  }
  await mkdir(paths.dir, { recursive: true });
  await chmod(paths.dir, 0o755);
  const proxy = await startEgressProxy(deps, options.rulesMs ?? 2000);
  const api = httpServer((request) => options.fetch(request, { ip: null, onlyRuns: true }));
  api.headersTimeout = quietMs;
  api.keepAliveTimeout = quietMs;
  const redis = redisRelay({ deps, url: redisUrl, open: () => connectToRedis(redisUrl) });
  const outside = pipeServer(() => connect({ host: "127.0.0.1", port: proxy.port, allowHalfOpen: true }));
  const held: HeldSocket[] = [];
  for (const [server, path] of [
    [api, paths.api],
    [redis, paths.redis],
    [outside, paths.proxy],
  ] as const) {
    held.push(await holdSocket(server, path, deps.log));
  }
  return {
    close: async (graceMs) => {
      await Promise.all(held.map((socket) => socket.close()));
      await closeServer(api, graceMs ?? 1000);
      redis.endAll();
      outside.endAll();
      await proxy.close();
    },
  };
}

function connectToRedis(redisUrl: string): Socket {
  const url = new URL(redisUrl);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const at = { host, port: Number(url.port || 6379) };
  return url.protocol === "rediss:" ? connectTls({ ...at, servername: host }) : connect({ ...at, allowHalfOpen: true });
}
