// What must hold before anything is started; `npm start` stops on a problem, `npm run doctor` lists everything.
import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import pg from "pg";
import { probeBubblewrap, sandboxRemedy } from "../services/bubblewrap.ts";
import { findTool } from "../services/debian.ts";
import { findDockerSocket } from "../services/docker.ts";
import { portHolder, probePort } from "../services/port.ts";
import { messageOf } from "../services/problem.ts";
import { isRoot, which } from "../services/process.ts";
import { findRedis, pingRedis } from "../services/redis.ts";
import { paths } from "./paths.ts";
import { providerKeys, type Settings } from "./settings.ts";
import { type Holder, holderOf } from "./state.ts";

export interface Finding {
  name: string;
  state: "ok" | "note" | "problem";
  text: string;
  remedy?: string;
  /** What a program said, word for word; for `npm run doctor` only. */
  raw?: string;
}

/** What it means that there is no sandbox. */
export const plainProcesses = "agents run as plain processes (trusted use only)";
const minFreeBytes = 500_000_000;

/** What a start has to tell: its problems, or else all there is to note. Notes beside a problem would only hide it. */
export async function runChecks(settings: Settings): Promise<Finding[]> {
  const findings = await listFindings(settings);
  const problems = findings.filter(({ state }) => state === "problem");
  return problems.length > 0 ? problems : findings;
}

/** Runs every check at once; never throws. Starts and downloads nothing. */
export async function listFindings(settings: Settings): Promise<Finding[]> {
  const holder = await holderOf(settings.DATA_DIR).catch(() => null);
  return Promise.all([
    checkNode(),
    checkDataDir(settings, holder),
    checkDisk(settings),
    checkPort(settings, holder),
    checkPostgres(settings),
    checkRedis(settings),
    checkGit(),
    checkWorkloads(settings),
    checkRepositoryDirs(settings),
    checkModels(settings),
  ]);
}

function checkNode(): Finding {
  return { name: "Node", state: "ok", text: `${process.version} from node_modules` };
}

function checkDataDir({ DATA_DIR }: Settings, holder: Holder | null): Finding {
  const name = "Data folder";
  if (holder) return { name, state: "ok", text: `${DATA_DIR}, in use by npm start (pid ${holder.pid})` };
  const remedy = "make it writable for you, or point DATA_DIR in .env to another folder";
  const place = existingParent(DATA_DIR);
  if (!statSync(place).isDirectory()) {
    return {
      name,
      state: "problem",
      text: `${place} is not a folder`,
      remedy: "point DATA_DIR in .env to another place",
    };
  }
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
    return { name, state: "ok", text: DATA_DIR };
  } catch (error) {
    return {
      name,
      state: "problem",
      text: `the data folder ${DATA_DIR} cannot be written: ${messageOf(error)}`,
      remedy,
    };
  }
}

function checkDisk({ DATA_DIR }: Settings): Finding {
  const name = "Disk space";
  const places = [...new Set([existingParent(DATA_DIR), paths.root])];
  const free = places.map((place) => {
    const { bavail, bsize } = statfsSync(place);
    return { place, bytes: bavail * bsize };
  });
  const full = free.find(({ bytes }) => bytes < minFreeBytes);
  const megabytes = (bytes: number) => `${Math.floor(bytes / 1e6)} MB`;
  if (!full) return { name, state: "ok", text: `${megabytes(Math.min(...free.map(({ bytes }) => bytes)))} free` };
  return {
    name,
    state: "problem",
    text: `only ${megabytes(full.bytes)} free at ${full.place}; ${megabytes(minFreeBytes)} are needed`,
    remedy: "free some space, or point DATA_DIR in .env to a larger disk",
  };
}

function existingParent(path: string): string {
  return existsSync(path) ? path : existingParent(dirname(path));
}

async function checkPort({ PORT, HOST }: Settings, holder: Holder | null): Promise<Finding> {
  const name = "Port";
  const address = `${HOST}:${PORT}`;
  if (holder && new URL(holder.url).port === String(PORT)) {
    return { name, state: "ok", text: `${address}, served by npm start (pid ${holder.pid})` };
  }
  const probe = await probePort(PORT, HOST);
  if ("port" in probe) return { name, state: "ok", text: `${address} is free` };
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${PORT} is taken by ${portHolder(PORT) ?? "another program"}`,
    EACCES: `port ${PORT} needs administrator rights`,
    EADDRNOTAVAIL: `${HOST} is not an address of this machine`,
  };
  const remedies: Record<string, string> = {
    EADDRINUSE: `stop that program, or choose another port: PORT=${PORT + 1} npm start`,
    EACCES: "choose a port above 1023: PORT=3000 npm start",
  };
  const text = reasons[probe.code] ?? `${address} cannot be listened on (${probe.code})`;
  return { name, state: "problem", text, remedy: remedies[probe.code] ?? "set HOST in .env to 127.0.0.1 or 0.0.0.0" };
}

async function checkPostgres({ DATABASE_URL }: Settings): Promise<Finding> {
  const name = "PostgreSQL";
  if (!DATABASE_URL) return { name, state: "ok", text: "bundled server, started by npm start" };
  const client = new pg.Client({ connectionString: DATABASE_URL, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  const where = safeUrl(DATABASE_URL);
  try {
    await client.connect();
    const version = Number((await client.query("SHOW server_version_num")).rows[0]?.server_version_num);
    const role = (
      await client.query("SELECT rolsuper OR rolcreaterole AS may FROM pg_roles WHERE rolname = current_user")
    ).rows[0];
    if (version < 150_000)
      return { name, state: "problem", text: `${where} runs version ${version}`, remedy: "use PostgreSQL 15 or newer" };
    if (role?.may === true) return { name, state: "ok", text: `${where}, version ${Math.floor(version / 10_000)}` };
    return {
      name,
      state: "problem",
      text: `the role in DATABASE_URL (${where}) may not create roles`,
      remedy: "run as an administrator: ALTER ROLE that_role CREATEROLE BYPASSRLS",
    };
  } catch (error) {
    return {
      name,
      state: "problem",
      text: `the database in DATABASE_URL (${where}) cannot be reached: ${messageOf(error)}`,
      remedy: "correct DATABASE_URL or start that server; without DATABASE_URL a bundled one is used",
    };
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function checkRedis({ REDIS_URL }: Settings): Promise<Finding> {
  const name = "Redis";
  if (!REDIS_URL) return checkLocalRedis(name);
  const where = safeUrl(REDIS_URL);
  try {
    const version = await pingRedis(REDIS_URL);
    if (Number(version.split(".")[0]) >= 7) return { name, state: "ok", text: `${where}, version ${version}` };
    return { name, state: "problem", text: `${where} runs version ${version}`, remedy: "use Redis 7 or newer" };
  } catch (error) {
    return {
      name,
      state: "problem",
      text: `the server in REDIS_URL (${where}) cannot be reached: ${messageOf(error)}`,
      remedy: "correct REDIS_URL or start that server; without REDIS_URL one is started for you",
    };
  }
}

async function checkLocalRedis(name: string): Promise<Finding> {
  const found = await findRedis(paths.toolsDir);
  if (found)
    return { name, state: "ok", text: found.kind === "docker" ? "in Docker, started by npm start" : found.path };
  if (which("apt-get")) return { name, state: "ok", text: "not installed; npm start fetches it with apt-get" };
  if (process.platform === "darwin" && which("brew"))
    return { name, state: "ok", text: "not installed; npm start fetches it with brew" };
  const remedy = "install redis-server 7 or newer, or start Docker, or set REDIS_URL=redis://… in .env";
  return { name, state: "problem", text: "Redis is missing, and there is no way to fetch it here", remedy };
}

function checkGit(): Finding {
  const path = which("git");
  if (path) return { name: "git", state: "ok", text: path };
  if (isRoot && which("apt-get"))
    return { name: "git", state: "ok", text: "not installed; npm start fetches it with apt-get" };
  return { name: "git", state: "problem", text: "git is missing: runs work on repositories", remedy: "install git" };
}

async function checkWorkloads({ WORKLOAD_BACKEND }: Settings): Promise<Finding> {
  const name = "Sandbox";
  if (WORKLOAD_BACKEND === "docker") {
    const socket = await findDockerSocket();
    if (socket) return { name, state: "ok", text: `Docker at ${socket}` };
    const remedy = "start Docker (or set DOCKER_HOST), or set WORKLOAD_BACKEND=process";
    return { name, state: "problem", text: "WORKLOAD_BACKEND=docker, but no Docker engine answers", remedy };
  }
  if (process.platform !== "linux")
    return { name, state: "note", text: `bubblewrap exists on Linux only: ${plainProcesses}` };
  const path = findTool("bwrap", paths.toolsDir);
  if (!path) {
    if (which("apt-get")) return { name, state: "ok", text: "bubblewrap is not installed; npm start fetches it" };
    return { name, state: "note", text: `bubblewrap is missing: ${plainProcesses}`, remedy: "install bubblewrap" };
  }
  const result = await probeBubblewrap(path);
  if (result.path !== null) return { name, state: "ok", text: `bubblewrap at ${path}` };
  return { name, state: "note", text: `${result.reason}: ${plainProcesses}`, remedy: sandboxRemedy(), raw: result.raw };
}

function checkRepositoryDirs({ ALLOWED_REPOSITORY_DIRS }: Settings): Finding {
  const name = "Repositories";
  const dirs = ALLOWED_REPOSITORY_DIRS.split(":").filter((dir) => dir !== "");
  const missing = dirs.filter((dir) => !statSync(dir, { throwIfNoEntry: false })?.isDirectory());
  if (missing.length > 0) {
    const remedy = "correct ALLOWED_REPOSITORY_DIRS in .env";
    return { name, state: "problem", text: `not a folder: ${missing.join(", ")}`, remedy };
  }
  return { name, state: "ok", text: dirs.length > 0 ? dirs.join(", ") : "by URL; by path only the demo project" };
}

function checkModels(settings: Settings): Finding {
  const keys = configuredKeys(settings);
  if (keys.length > 0) return { name: "Models", state: "ok", text: keys.join(", ") };
  if (settings.DEMO_MODEL === "off") {
    return {
      name: "Models",
      state: "note",
      text: "no key set and DEMO_MODEL=off",
      remedy: "each tenant adds its own under Settings → Providers",
    };
  }
  return { name: "Models", state: "ok", text: "demo model (scripted replies); set a key in .env for a real one" };
}

/** Names of the provider keys that are set. */
export function configuredKeys(settings: Settings): string[] {
  return Object.keys(providerKeys).filter((name) => settings[name as keyof typeof providerKeys] !== undefined);
}

/** A URL without its credentials, for messages. */
function safeUrl(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url);
  return `${protocol}//${hostname}${port ? `:${port}` : ""}${pathname}`;
}
