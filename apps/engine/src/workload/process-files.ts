/** The two files the engine keeps of a process workload: what it wrote, and how it ended. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { chmod, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tenantPaths } from "@djinnbot/config";

export interface WorkloadFiles {
  log: string;
  /** Written by bubblewrap: one JSON object at the start, one with the exit code at the end. */
  status: string;
}

const maxLogBytes = 1024 * 1024;
const keptLogBytes = 256 * 1024;
const tailBytes = 16 * 1024;
const tailLines = 20;

export function workloadFiles(dataDir: string, of: { tenantId: string; runId: string; name: string }): WorkloadFiles {
  const dir = tenantPaths(dataDir, of.tenantId).workloads(of.runId);
  return { log: join(dir, `${of.name}.log`), status: join(dir, `${of.name}.status`) };
}

/** Opens both, empty, for a process that starts now, hands their descriptors to `use`, and closes them again. */
export function withFiles<T>(files: WorkloadFiles, use: (descriptors: { log: number; status: number }) => T): T {
  mkdirSync(join(files.log, ".."), { recursive: true, mode: 0o700 });
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;
  const log = openSync(files.log, flags, 0o600);
  try {
    const status = openSync(files.status, flags, 0o600);
    try {
      return use({ log, status });
    } finally {
      closeSync(status);
    }
  } finally {
    closeSync(log);
  }
}

/** The exit code bubblewrap (or, for a plain process, the engine that started it) reported, or null. */
export async function readExitCode(files: WorkloadFiles): Promise<number | null> {
  // A plain process is out of the table a moment before its parent, this engine, has heard and written its code.
  await Promise.race([unwritten.get(files.status), sleep(1000, undefined, { ref: false })]);
  const text = await readFile(files.status, "utf8").catch(() => "");
  const code = /"exit-code":\s*(\d+)/.exec(text)?.[1];
  return code === undefined ? null : Number(code);
}

/** Codes of plain processes that this engine started and that are not written yet, by status file. */
const unwritten = new Map<string, Promise<void>>();

/** Does for a plain process what bubblewrap does for a sandboxed one. When this engine ends first, the code stays unknown. */
export function writeExitCode(files: WorkloadFiles, child: ChildProcess): void {
  const written = once(child, "exit")
    .then(async ([code]) => {
      if (typeof code === "number") {
        await writeFile(files.status, JSON.stringify({ "exit-code": code }), { flag: "r+" });
      }
    })
    .catch(() => undefined)
    .finally(() => unwritten.delete(files.status));
  unwritten.set(files.status, written);
}

/** The last lines of the log. */
export async function readTail(file: string): Promise<string[]> {
  const text = (await readEnd(file, tailBytes)).trimEnd();
  return text === "" ? [] : text.split("\n").slice(-tailLines);
}

/**
 * Keeps a log that has grown beyond 1 MiB to its last part; the process goes on appending. Never throws: a sandbox can open its own
 * log by its descriptors and take the rights to it away, which must not keep the sweep from the other workloads.
 */
export async function boundLog(file: string): Promise<void> {
  const size = await stat(file).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > maxLogBytes) {
    await chmod(file, 0o600).catch(() => undefined);
    await writeFile(file, await readEnd(file, keptLogBytes)).catch(() => undefined);
  }
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
