/** The two files the engine keeps of a process workload: what it wrote, and how it ended. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tenantPaths } from "@djinnbot/config";

export interface WorkloadFiles {
  log: string;
  /** Written by bubblewrap: one JSON object at the start, one with the exit code at the end. */
  status: string;
}

const tailBytes = 16 * 1024;
const tailLines = 20;

export function workloadFiles(dataDir: string, of: { tenantId: string; runId: string; name: string }): WorkloadFiles {
  const dir = tenantPaths(dataDir, of.tenantId).workloads(of.runId);
  return { log: join(dir, `${of.name}.log`), status: join(dir, `${of.name}.status`) };
}

/** Opens the status, empty, for a process that starts now, hands its descriptor to `use`, and closes it again. */
export function withStatus<T>({ status: file }: WorkloadFiles, use: (status: number) => T): T {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;
  const status = openSync(file, flags, 0o600);
  try {
    return use(status);
  } finally {
    closeSync(status);
  }
}

/** The exit code bubblewrap (or, for a plain process, the engine that started it) reported, or null. */
export async function readExitCode(files: WorkloadFiles): Promise<number | null> {
  // A process is out of the table a moment before its last lines are in the log, and a plain one before this engine has its code.
  await Promise.race([unwritten.get(files.status), sleep(1000, undefined, { ref: false })]);
  const text = await readFile(files.status, "utf8").catch(() => "");
  const code = /"exit-code":\s*(\d+)/.exec(text)?.[1];
  return code === undefined ? null : Number(code);
}

/** What is not in the files yet of workloads that this engine started, by status file. */
const unwritten = new Map<string, Promise<unknown>>();

/** Lets whoever asks how the workload ended wait for these. */
export function awaitWritten(files: WorkloadFiles, parts: readonly Promise<unknown>[]): void {
  const written = Promise.all(parts).finally(() => unwritten.delete(files.status));
  unwritten.set(files.status, written);
}

/** Does for a plain process what bubblewrap does for a sandboxed one. When this engine ends first, the code stays unknown. */
export async function writeExitCode(files: WorkloadFiles, child: ChildProcess): Promise<void> {
  try {
    const [code] = await once(child, "exit");
    if (typeof code === "number") {
      await writeFile(files.status, JSON.stringify({ "exit-code": code }), { flag: "r+" });
    }
  } catch {
    // It did not start, or its run's files are gone.
  }
}

/** The last lines of the log. */
export async function readTail(file: string): Promise<string[]> {
  const text = (await readEnd(file, tailBytes)).trimEnd();
  return text === "" ? [] : text.split("\n").slice(-tailLines);
}

export async function removeStatus(files: WorkloadFiles): Promise<void> {
  await rm(files.status, { force: true });
}

async function readEnd(file: string, bytes: number): Promise<string> {
  const handle = await open(file, "r").catch(() => null);
  if (handle === null) {
    return "";
  }
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(Math.min(bytes, size)),
      0,
      Math.min(bytes, size),
      Math.max(0, size - bytes),
    );
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    await handle.close();
  }
}
