// Runs Redis (or Valkey) on a loopback port of its own.

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { findTool, obtainDebianProgram } from "./debian.ts";
import { freePort } from "./port.ts";
import { messageOf, Problem } from "./problem.ts";
import { commandLineOf, type Daemon, isAlive, type Log, run, startDaemon, stopPid, tailOf, which } from "./process.ts";

const image = "redis:7-alpine";

export interface RedisOptions {
  /** Folder for data, configuration and log; created when missing. */
  dir: string;
  log: Log;
  /** Folder for programs that had to be fetched. */
  toolsDir: string;
  password?: string;
  port?: number;
  /** True keeps data over restarts (append-only file); false is for tests. */
  durable?: boolean;
  takeOver?: boolean;
}

export interface RedisService {
  /** Connection URL with password. */
  url: string;
  port: number;
  pid: number;
  daemon: Daemon;
  logFile: string;
  stop(): Promise<void>;
}

type Program = { kind: "local"; path: string } | { kind: "docker"; path: string };

/** Starts Redis and returns when it answers PING. Fetches the program first when the machine has none. Throws a Problem. */
export async function startRedis(options: RedisOptions): Promise<RedisService> {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const program = await obtainRedis(options);
  await clearLeftover(options);
  const password = options.password ?? randomBytes(24).toString("base64url");
  const port = await freePort(options.port);
  const logFile = join(options.dir, "redis.log");
  const config = join(options.dir, "redis.conf");
  writeFileSync(config, configText({ ...options, password, port, inDocker: program.kind === "docker" }), {
    mode: 0o600,
  });
  const daemon = startDaemon({ ...commandOf({ program, config, port, dir: options.dir }), logFile });
  writeFileSync(join(options.dir, "redis.pid"), String(daemon.pid));
  const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  try {
    await untilReady({ url, daemon, logFile });
  } catch (error) {
    await daemon.stop("SIGTERM", 5_000);
    throw error;
  }
  const stop = async () => {
    await daemon.stop("SIGTERM", 10_000);
    rmSync(join(options.dir, "redis.pid"), { force: true });
  };
  return { url, port, pid: daemon.pid, daemon, logFile, stop };
}

/** The program that `startRedis` would use, without fetching anything. */
export async function findRedis(toolsDir: string): Promise<Program | null> {
  const path = findTool("redis-server", toolsDir) ?? findTool("valkey-server", toolsDir);
  if (path) return { kind: "local", path };
  const docker = which("docker");
  const answers = docker && (await run(docker, ["info"], { timeoutMs: 5_000 })).code === 0;
  return answers ? { kind: "docker", path: docker } : null;
}

async function obtainRedis({ toolsDir, log }: RedisOptions): Promise<Program> {
  const local = findTool("redis-server", toolsDir) ?? findTool("valkey-server", toolsDir);
  if (local) return { kind: "local", path: local };
  const tried: string[] = [];
  for (const binary of ["redis-server", "valkey-server"]) {
    const got = await obtainDebianProgram({ packages: [binary], binary, toolsDir, log });
    if ("path" in got) return { kind: "local", path: got.path };
    tried.push(got.reason);
  }
  const brew = which("brew");
  if (process.platform === "darwin" && brew) {
    log("installing redis with Homebrew …");
    const result = await run(brew, ["install", "redis"]);
    const path = which("redis-server", ["/opt/homebrew/bin", "/usr/local/bin"]);
    if (path) return { kind: "local", path };
    tried.push(result.stderr.trim().split("\n").at(-1) ?? "brew install failed");
  }
  const docker = await findRedis(toolsDir);
  if (docker) {
    log(`running Redis in Docker (${image}) …`);
    return docker;
  }
  throw new Problem(
    `Redis is missing and could not be fetched (${tried[0] ?? "no way known for this system"})`,
    "one of three ways: install redis-server 7 or newer with your package manager; start Docker; or set REDIS_URL=redis://… in .env",
  );
}

function configText(options: RedisOptions & { password: string; port: number; inDocker: boolean }): string {
  const durable = options.durable ?? true;
  const lines = [
    `bind ${options.inDocker ? "0.0.0.0" : "127.0.0.1"}`,
    `port ${options.inDocker ? 6379 : options.port}`,
    `requirepass ${options.password}`,
    `dir "${options.inDocker ? "/data" : options.dir}"`,
    "daemonize no",
    "maxmemory-policy noeviction",
    // A message of ours is far below; what a workload may send at once is bounded by it.
    "proto-max-bulk-len 8mb",
    "client-query-buffer-limit 16mb",
    `appendonly ${durable ? "yes" : "no"}`,
    'save ""',
    "databases 256",
  ];
  return `${lines.join("\n")}\n`;
}

function commandOf(options: { program: Program; config: string; port: number; dir: string }) {
  const { program, config, port, dir } = options;
  if (program.kind === "local") return { command: program.path, args: [config], cwd: dir };
  const name = `djinnbot-redis-${port}`;
  const mount = ["-v", `${dir}:/data`, "-p", `127.0.0.1:${port}:6379`];
  return {
    command: program.path,
    args: ["run", "--rm", "--name", name, ...mount, image, "redis-server", "/data/redis.conf"],
  };
}

async function clearLeftover({ dir, log, takeOver }: RedisOptions): Promise<void> {
  const pidFile = join(dir, "redis.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8"));
  const isServer = pid > 0 && isAlive(pid) && /redis|valkey/.test(await commandLineOf(pid));
  if (isServer && !takeOver) {
    throw new Problem(`Redis is already running on ${dir} (pid ${pid})`, "stop it first, or use another data folder");
  }
  if (isServer) {
    log(`stopping a Redis that an earlier start left behind (pid ${pid})`);
    await stopPid(pid, "SIGTERM", 10_000);
  }
  rmSync(pidFile, { force: true });
}

async function untilReady({ url, daemon, logFile }: { url: string; daemon: Daemon; logFile: string }): Promise<void> {
  let last = "";
  for (const until = Date.now() + 60_000; Date.now() < until && !daemon.hasExited(); await sleep(25)) {
    const version = await pingRedis(url).catch((error: unknown) => {
      last = messageOf(error);
      return null;
    });
    if (version) return;
  }
  const lines = tailOf(logFile, 5).join("\n  ");
  throw new Problem(
    `Redis did not start (${last || "it ended at once"}):\n  ${lines}`,
    `see ${logFile}, or set REDIS_URL`,
  );
}

/** Connects once and returns the server's version. Throws when it does not answer within five seconds. */
export async function pingRedis(url: string): Promise<string> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
  });
  let failure: unknown;
  client.on("error", (error) => {
    failure = error;
  });
  try {
    await client.connect();
    const info = await client.info("server");
    return /redis_version:(\S+)/.exec(info)?.[1] ?? "unknown";
  } catch (error) {
    throw failure ?? error;
  } finally {
    client.disconnect();
  }
}
