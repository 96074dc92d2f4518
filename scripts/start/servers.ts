// Brings up (or takes from the settings) what the product stands on: databases and programs.
import { join } from "node:path";
import { ensureBubblewrap } from "../services/bubblewrap.ts";
import { ensureGit } from "../services/git.ts";
import { startPostgres } from "../services/postgres.ts";
import { Problem } from "../services/problem.ts";
import type { Daemon, Log } from "../services/process.ts";
import { startRedis } from "../services/redis.ts";
import { paths } from "./paths.ts";
import type { Settings } from "./settings.ts";
import type { Ports, Secrets } from "./state.ts";

export interface Server {
  name: string;
  pid: number;
  daemon: Daemon;
  logFile: string;
  stop(): Promise<void>;
  /** Starts it again on its data and its port, after it has died. Throws a Problem. */
  again(): Promise<void>;
}

interface ServersOptions {
  settings: Settings;
  secrets: Secrets;
  ports: Ports;
  log: Log;
  /** Told of each server as soon as it runs, so that it can be stopped if the next one fails. */
  onStart: (server: Server) => Promise<void>;
}

export interface Servers {
  ownerUrl: string;
  redisUrl: string;
  ports: Ports;
}

/** PostgreSQL and Redis: those of DATABASE_URL and REDIS_URL, else our own on loopback ports. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { settings, secrets, log, onStart } = options;
  const common = { log, takeOver: true };
  const ports: Ports = { ...options.ports };
  let ownerUrl = settings.DATABASE_URL;
  if (!ownerUrl) {
    const dir = join(settings.DATA_DIR, "postgres");
    const password = secrets.DATABASE_OWNER_PASSWORD;
    const start = (port?: number) => startPostgres({ ...common, dir, password, port });
    const postgres = await begin("PostgreSQL", { start, port: ports.postgres, onStart });
    ownerUrl = postgres.ownerUrl;
    ports.postgres = postgres.port;
    log(`PostgreSQL on 127.0.0.1:${postgres.port}, data in ${postgres.dataDir}`);
  }
  let redisUrl = settings.REDIS_URL;
  if (!redisUrl) {
    const dir = join(settings.DATA_DIR, "redis");
    const password = secrets.REDIS_PASSWORD;
    const start = (port?: number) => startRedis({ ...common, dir, toolsDir: paths.toolsDir, password, port });
    const redis = await begin("Redis", { start, port: ports.redis, onStart });
    redisUrl = redis.url;
    ports.redis = redis.port;
    log(`Redis on 127.0.0.1:${redis.port}, data in ${dir}`);
  }
  return { ownerUrl, redisUrl, ports };
}

async function begin<S extends Omit<Server, "name" | "again"> & { port: number }>(
  name: string,
  options: { start: (port?: number) => Promise<S>; port: number | undefined; onStart: ServersOptions["onStart"] },
): Promise<S> {
  const first = await options.start(options.port);
  const again = async () => {
    const next = await options.start(first.port);
    if (next.port !== first.port) {
      await next.stop();
      throw new Problem(
        `${name} cannot be started again: its port ${first.port} is taken`,
        "free it, then run npm start",
      );
    }
    Object.assign(server, { pid: next.pid, daemon: next.daemon, stop: next.stop });
  };
  const server: Server = { name, ...first, again };
  await options.onStart(server);
  return first;
}

/** Git (required) and bubblewrap (wanted): found, or fetched. */
export async function obtainPrograms({
  settings,
  log,
}: {
  settings: Settings;
  log: Log;
}): Promise<{ bwrapPath: string | null }> {
  const git = await ensureGit({ toolsDir: paths.toolsDir, log });
  if ("reason" in git)
    throw new Problem(`git is missing and could not be fetched: ${git.reason}`, "install git, then start again");
  if (settings.WORKLOAD_BACKEND === "docker") return { bwrapPath: null };
  const bubblewrap = await ensureBubblewrap({ toolsDir: paths.toolsDir, log });
  if (!bubblewrap.path)
    log(
      `no sandbox: ${bubblewrap.reason}. Agents run as plain processes; let only people you trust use this installation`,
    );
  return { bwrapPath: bubblewrap.path };
}
