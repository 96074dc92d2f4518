// What a start remembers in the data folder: generated secrets, ports, demo sign-in, and who holds the folder.
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, Problem } from "../services/problem.ts";
import { isAlive, type Log, startTimeOf, stopPid } from "../services/process.ts";

const Secrets = z.object({
  AUTH_SECRET_KEY: z.string().min(32),
  SECRET_ENCRYPTION_KEY: z.string().min(43),
  SERVICE_TOKEN: z.string().min(32),
  NEXTAUTH_SECRET: z.string().min(32),
  DATABASE_OWNER_PASSWORD: z.string().min(16),
  DATABASE_APP_PASSWORD: z.string().min(16),
  DATABASE_SYSTEM_PASSWORD: z.string().min(16),
  REDIS_PASSWORD: z.string().min(16),
  DEMO_MODEL_KEY: z.string().min(16),
});
export type Secrets = z.output<typeof Secrets>;

const Ports = z
  .object({ postgres: z.number(), redis: z.number(), engineHealth: z.number(), demoModel: z.number() })
  .partial();
export type Ports = z.output<typeof Ports>;

const DemoCredentials = z.object({ email: z.string(), password: z.string() });
export type DemoCredentials = z.output<typeof DemoCredentials>;

const Holder = z.object({
  pid: z.number(),
  startTime: z.string(),
  url: z.string(),
  children: z.array(z.object({ name: z.string(), pid: z.number(), startTime: z.string() })),
});
export type Holder = z.output<typeof Holder>;

/** Creates the data folder. Throws a Problem when it cannot be written. */
export function openDataDir(dir: string): void {
  try {
    const isNew = !existsSync(dir);
    mkdirSync(join(dir, "logs"), { recursive: true });
    if (isNew) chmodSync(dir, 0o700);
    const probe = join(dir, ".probe");
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    throw new Problem(
      `the data folder ${dir} cannot be written: ${messageOf(error)}`,
      "make it writable for you, or point DATA_DIR in .env to another folder",
    );
  }
}

/** The secrets of this installation: read back, or generated once into a file that only its owner can read. */
export function loadSecrets(dir: string): Secrets {
  const random = () => randomBytes(32).toString("base64url");
  const make = (name: string) => (name === "SECRET_ENCRYPTION_KEY" ? randomBytes(32).toString("base64") : random());
  const file = join(dir, "secrets.json");
  const stored = existsSync(file) ? readJson(file, Secrets.partial()) : {};
  const missing = Object.keys(Secrets.shape).filter((name) => !(name in stored));
  const secrets = Secrets.parse({ ...Object.fromEntries(missing.map((name) => [name, make(name)])), ...stored });
  if (missing.length > 0) writeJson(file, secrets);
  return secrets;
}

/** Ports of the last start, preferred again so that agents which outlive a restart find their servers. */
export function loadPorts(dir: string): Ports {
  const file = join(dir, "ports.json");
  return existsSync(file) ? readJson(file, Ports) : {};
}

export function savePorts(dir: string, ports: Ports): void {
  writeJson(join(dir, "ports.json"), ports);
}

/** The demo tenant's sign-in; `isNew` on the first start only. */
export function loadDemoCredentials(dir: string): DemoCredentials & { isNew: boolean } {
  const file = join(dir, "demo-credentials.json");
  if (existsSync(file)) return { ...readJson(file, DemoCredentials), isNew: false };
  return { email: "demo@djinnbot.local", password: randomBytes(9).toString("base64url"), isNew: true };
}

/** Keeps the sign-in once the demo tenant exists. */
export function saveDemoCredentials(dir: string, { email, password }: DemoCredentials): void {
  writeJson(join(dir, "demo-credentials.json"), { email, password });
}

const lockFile = (dir: string) => join(dir, "start.json");

/** The living `npm start` that holds the data folder, or null. */
export async function holderOf(dir: string): Promise<Holder | null> {
  if (!existsSync(lockFile(dir))) return null;
  const holder = Holder.safeParse(parseJson(readFileSync(lockFile(dir), "utf8"))).data;
  return holder && (await isSame(holder)) ? holder : null;
}

/** Takes the data folder for this process, and stops what a killed start left running. Throws a Problem when it is held. */
export async function holdDataDir({ dir, url, log }: { dir: string; url: string; log: Log }): Promise<void> {
  const holder = await holderOf(dir);
  if (holder) throw alreadyRunning(holder);
  if (existsSync(lockFile(dir))) await stopLeftovers(dir, log);
  const mine: Holder = { pid: process.pid, startTime: await startTimeOf(process.pid), url, children: [] };
  try {
    writeFileSync(lockFile(dir), JSON.stringify(mine), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new Problem(`another npm start took ${dir} at this moment`, "wait for it, or stop it and start again");
  }
}

export function alreadyRunning(holder: Holder): Problem {
  return new Problem(
    `already running: npm start (pid ${holder.pid}) holds this data folder and serves ${holder.url}`,
    "use that one, or stop it first with Ctrl-C in its terminal",
  );
}

/** Remembers a child, so that a later start can stop it if this process is killed. */
export async function rememberChild(dir: string, child: { name: string; pid: number }): Promise<void> {
  const holder = readJson(lockFile(dir), Holder);
  const entry = { ...child, startTime: await startTimeOf(child.pid) };
  writeJson(lockFile(dir), { ...holder, children: [...holder.children, entry] });
}

export function releaseDataDir(dir: string): void {
  rmSync(lockFile(dir), { force: true });
}

async function stopLeftovers(dir: string, log: Log): Promise<void> {
  const holder = Holder.safeParse(parseJson(readFileSync(lockFile(dir), "utf8"))).data;
  for (const child of holder?.children ?? []) {
    if (!(await isSame(child))) continue;
    log(`stopping ${child.name} (pid ${child.pid}), left behind by an earlier start`);
    await stopPid(child.pid, "SIGTERM", 10_000);
  }
  releaseDataDir(dir);
}

async function isSame({ pid, startTime }: { pid: number; startTime: string }): Promise<boolean> {
  return isAlive(pid) && (await startTimeOf(pid)) === startTime;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readJson<T>(file: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(readFileSync(file, "utf8")));
  if (parsed.success) return parsed.data;
  throw new Problem(
    `${file} is damaged`,
    "restore it from a backup; without its secrets the stored data cannot be read",
  );
}

/** Written beside and renamed: a crash leaves the old file or the new one. */
function writeJson(file: string, value: unknown): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, file);
}
