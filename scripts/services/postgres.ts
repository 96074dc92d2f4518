// Runs the bundled PostgreSQL on a loopback port of its own.

import { randomBytes } from "node:crypto";
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "./port.ts";
import { type PostgresPlace, preparePlace } from "./postgres-place.ts";
import { messageOf, Problem } from "./problem.ts";
import { commandLineOf, type Daemon, isAlive, type Log, run, startDaemon, stopPid, tailOf } from "./process.ts";

const owner = "djinnbot_owner";
const database = "djinnbot";

export interface PostgresOptions {
  /** Folder for data and log; created when missing. */
  dir: string;
  log: Log;
  /** Password of the owner role. Needed again for existing data; random when left out. */
  password?: string;
  /** Port to use if it is free. */
  port?: number;
  /** False gives up crash safety for speed: tests only. */
  durable?: boolean;
  /** Stops a server left behind on this data instead of refusing. Only for the holder of the data folder's lock. */
  takeOver?: boolean;
}

export interface PostgresService {
  /** Connection URL of the owner role to the product's database. */
  ownerUrl: string;
  port: number;
  pid: number;
  dataDir: string;
  daemon: Daemon;
  logFile: string;
  stop(): Promise<void>;
}

/** Starts PostgreSQL on new or existing data and returns when it answers queries. Throws a Problem when it cannot. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresService> {
  const password = options.password ?? randomBytes(24).toString("base64url");
  const place = await preparePlace(options);
  await clearLeftover(place, options);
  await initialise({ place, password, log: options.log });
  const port = await freePort(options.port);
  const logFile = join(options.dir, "postgres.log");
  const daemon = startDaemon({
    command: join(place.binDir, "postgres"),
    args: serverArgs({ dataDir: place.dataDir, port, durable: options.durable ?? true }),
    logFile,
    cwd: "/",
    env: { PATH: process.env.PATH, LC_ALL: "C" },
    deathSignal: "INT",
    ...place.identity,
  });
  const urlOf = (name: string) => `postgres://${owner}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;
  try {
    await untilReady({ url: urlOf("postgres"), daemon, logFile });
    await ensureDatabase(urlOf("postgres"));
  } catch (error) {
    await daemon.stop("SIGINT", 10_000);
    throw error;
  }
  const stop = async () => void (await daemon.stop("SIGINT", 20_000));
  return { ownerUrl: urlOf(database), port, pid: daemon.pid, dataDir: place.dataDir, daemon, logFile, stop };
}

function serverArgs({ dataDir, port, durable }: { dataDir: string; port: number; durable: boolean }): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "128MB",
    log_min_messages: "warning",
    timezone: "UTC",
    log_timezone: "UTC",
    dynamic_shared_memory_type: process.platform === "linux" ? "mmap" : "posix",
  };
  if (!durable) Object.assign(settings, { fsync: "off", synchronous_commit: "off", full_page_writes: "off" });
  return ["-D", dataDir, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

/** A server of an earlier, killed start, or its stale lock file, must not keep this one from starting. */
async function clearLeftover({ dataDir }: PostgresPlace, { log, takeOver }: PostgresOptions): Promise<void> {
  const lockFile = join(dataDir, "postmaster.pid");
  if (!existsSync(lockFile)) return;
  const pid = Number(readFileSync(lockFile, "utf8").split("\n")[0]);
  const isServer = pid > 0 && isAlive(pid) && (await commandLineOf(pid)).includes(dataDir);
  if (!isServer) return rmSync(lockFile, { force: true });
  if (!takeOver) {
    throw new Problem(
      `PostgreSQL is already running on ${dataDir} (pid ${pid})`,
      "stop it first, or use another data folder",
    );
  }
  log(`stopping a PostgreSQL that an earlier start left behind (pid ${pid})`);
  await stopPid(pid, "SIGINT", 15_000);
}

async function initialise(options: { place: PostgresPlace; password: string; log: Log }): Promise<void> {
  const { place, password, log } = options;
  const versionFile = join(place.dataDir, "PG_VERSION");
  if (existsSync(versionFile)) return checkVersion(place, readFileSync(versionFile, "utf8").trim());
  log("creating the database cluster …");
  // initdb works beside the final place: an interrupted first start leaves nothing that looks like data.
  const fresh = `${place.dataDir}.new`;
  const passwordFile = join(dirname(place.dataDir), `.owner-${randomBytes(4).toString("hex")}`);
  rmSync(fresh, { recursive: true, force: true });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  try {
    const { uid, gid } = place.identity;
    if (uid !== undefined && gid !== undefined) chownSync(passwordFile, uid, gid);
    const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
    const access = ["--auth=scram-sha-256", `--username=${owner}`, `--pwfile=${passwordFile}`];
    const args = [`--pgdata=${fresh}`, ...access, ...locale, "--no-sync"];
    const env = { PATH: process.env.PATH, LC_ALL: "C" };
    const result = await run(join(place.binDir, "initdb"), args, { env, cwd: "/", ...place.identity });
    if (result.code !== 0) {
      const reason = result.stderr.trim().split("\n").slice(-3).join(" ");
      throw new Problem(
        `PostgreSQL's data folder could not be created in ${fresh}: ${reason}`,
        "check free space and permissions there, or set DATABASE_URL",
      );
    }
    rmSync(place.dataDir, { recursive: true, force: true });
    renameSync(fresh, place.dataDir);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function checkVersion({ binDir, dataDir }: PostgresPlace, dataVersion: string): Promise<void> {
  const { stdout } = await run(join(binDir, "postgres"), ["--version"]);
  const major = /(\d+)\./.exec(stdout)?.[1];
  if (!major || major === dataVersion) return;
  throw new Problem(
    `the data in ${dataDir} was written by PostgreSQL ${dataVersion}, the bundled server is ${major}`,
    `move the data with pg_dump and pg_restore, or run a PostgreSQL ${dataVersion} on it and set DATABASE_URL`,
  );
}

async function untilReady({ url, daemon, logFile }: { url: string; daemon: Daemon; logFile: string }): Promise<void> {
  let last = "";
  for (const until = Date.now() + 90_000; Date.now() < until; await sleep(50)) {
    if (daemon.hasExited()) break;
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query("SELECT 1");
      return;
    } catch (error) {
      last = messageOf(error);
      if (/password authentication failed/.test(last)) {
        throw new Problem(
          `the existing PostgreSQL data does not accept the password in secrets.json`,
          "restore the secrets.json that belongs to this data, or move the data folder away to begin anew",
        );
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  const lines = tailOf(logFile, 5).join("\n  ");
  throw new Problem(
    `PostgreSQL did not start (${last || "it ended at once"}):\n  ${lines}`,
    `see ${logFile}, or set DATABASE_URL`,
  );
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}
