// Starting, watching and stopping operating-system processes.
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, renameSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Receives one line of progress for a person. */
export type Log = (line: string) => void;

export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  input?: string;
  timeoutMs?: number;
}

/** Runs a command to its end; never throws (a command that cannot start has code 127). */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    const { input, timeoutMs, ...rest } = options;
    const child = spawn(command, args, { ...rest, timeout: timeoutMs, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
    child.on("error", (error) => resolve({ code: 127, stdout, stderr: stderr + error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/** The absolute path of an executable on PATH (plus the folders given), or null. */
export function which(name: string, extraDirs: string[] = []): string | null {
  const dirs = [...extraDirs, ...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  for (const dir of dirs) {
    const path = join(dir, name);
    try {
      if (dir !== "") accessSync(path, constants.X_OK);
      if (dir !== "") return path;
    } catch {}
  }
  return null;
}

export const isRoot = process.getuid?.() === 0;

/** True while a process with this id exists (also one that is not ours to signal). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** When a process started, in an opaque unit: tells a reused process id from the original. Empty where unknown. */
export async function startTimeOf(pid: number): Promise<string> {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return (await run("ps", ["-o", "lstart=", "-p", String(pid)])).stdout.trim();
  }
}

/** The command line of a process, or an empty string. */
export async function commandLineOf(pid: number): Promise<string> {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return (await run("ps", ["-o", "command=", "-p", String(pid)])).stdout.trim();
  }
}

/** Signals a process and waits until it is gone; after the grace period (ms) kills it. Returns whether it went by itself. */
export async function stopPid(pid: number, signal: NodeJS.Signals, graceMs: number): Promise<boolean> {
  trySignal(pid, signal);
  for (const until = Date.now() + graceMs; Date.now() < until; await sleep(25)) {
    if (!isAlive(pid)) return true;
  }
  trySignal(-pid, "SIGKILL");
  trySignal(pid, "SIGKILL");
  for (const until = Date.now() + 5_000; Date.now() < until && isAlive(pid); ) await sleep(25);
  return false;
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {}
}

export interface Daemon {
  pid: number;
  /** Settles when the process has ended: exit code, or the signal's name. */
  exited: Promise<number | string>;
  hasExited(): boolean;
  stop(signal: NodeJS.Signals, graceMs: number): Promise<boolean>;
}

interface DaemonOptions {
  command: string;
  args: string[];
  logFile: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** The signal the process gets from the kernel when its parent dies (Linux). */
  deathSignal?: "INT" | "TERM" | "QUIT";
}

/**
 * Starts a long-running process in a session of its own, so that Ctrl-C in the terminal reaches only us and the order of
 * stopping stays ours. On Linux the kernel stops it when we are killed.
 */
export function startDaemon(options: DaemonOptions): Daemon {
  mkdirSync(dirname(options.logFile), { recursive: true });
  keepEarlier(options.logFile);
  const output = openSync(options.logFile, "a", 0o600);
  const setpriv = process.platform === "linux" ? which("setpriv") : null;
  const argv = [options.command, ...options.args];
  if (setpriv) argv.unshift(setpriv, "--pdeathsig", options.deathSignal ?? "TERM", "--");
  const [command = "", ...args] = argv;
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    uid: options.uid,
    gid: options.gid,
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  return daemonOf(child);
}

const keptLogs = 5;

/** One log per start, and those of the starts before it: who looks for the cause of a death has often started again since. */
function keepEarlier(logFile: string): void {
  for (let age = keptLogs; age > 0; age -= 1) {
    const from = age === 1 ? logFile : `${logFile}.${age - 1}`;
    if (existsSync(from)) renameSync(from, `${logFile}.${age}`);
  }
}

function daemonOf(child: ChildProcess): Daemon {
  let ended = false;
  const exited = new Promise<number | string>((resolve) => {
    child.on("error", (error) => {
      ended = true;
      resolve(error.message);
    });
    child.on("exit", (code, signal) => {
      ended = true;
      resolve(signal ?? code ?? 0);
    });
  });
  return {
    pid: child.pid ?? -1,
    exited,
    hasExited: () => ended,
    stop: async (signal, graceMs) => {
      if (ended || child.pid === undefined) return true;
      trySignal(child.pid, signal);
      const timer = new AbortController();
      const inTime = await Promise.race([
        exited.then(() => true),
        sleep(graceMs, false, { signal: timer.signal }).catch(() => false),
      ]);
      timer.abort();
      if (!inTime) trySignal(-child.pid, "SIGKILL");
      await exited;
      return inTime;
    },
  };
}

/** The last lines of a file, or an empty list when it cannot be read. */
export function tailOf(file: string, lines = 20): string[] {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines);
  } catch {
    return [];
  }
}
