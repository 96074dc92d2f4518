/** What runs on this machine: read from /proc, or asked of `ps` where there is none. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

const ask = promisify(execFile);
const isLinux = process.platform === "linux";

export interface ProcessEntry {
  pid: number;
  parent: number;
  group: number;
  /** Opaque; with the pid it names a process for ever. */
  startTime: string;
  ended: boolean;
}

/** One process, or null when there is none. A process that has ended but was not collected counts as `ended`. */
export async function readProcess(pid: number): Promise<ProcessEntry | null> {
  return isLinux ? readStat(pid) : ((await askPs()).find((entry) => entry.pid === pid) ?? null);
}

/** Every living process. */
export async function readProcesses(): Promise<ProcessEntry[]> {
  const entries = isLinux ? pids().map(readStat) : await askPs();
  return entries.filter((entry) => entry !== null && !entry.ended) as ProcessEntry[];
}

/** Processes with an argument that contains `text`, with all their arguments. */
export async function findByArgument(text: string): Promise<{ pid: number; argv: string[] }[]> {
  const lines = isLinux
    ? pids().map((pid) => ({ pid, line: readProc(pid, "cmdline") }))
    : await askPs().then((entries) => entries.map(({ pid, line = "" }) => ({ pid, line })));
  return lines.filter(({ line }) => line.includes(text)).map(({ pid, line }) => ({ pid, argv: line.split("\0") }));
}

/**
 * True for a process that lives in our own PID namespace or is the first of one below it. Anything else inside a sandbox may
 * have given itself any command line it likes, and is not to be believed.
 */
export function isOutsideSandbox(pid: number): boolean {
  if (!isLinux) {
    return true;
  }
  const status = readProc(pid, "status");
  const line = /^NSpid:\s+(.*)$/m.exec(status)?.[1];
  const ids = line?.split(/\s+/) ?? [];
  return ids.length === 1 || (ids.length === 2 && ids[1] === "1");
}

/** Processes whose environment holds `entry`; only those this user may look into, and only on Linux. */
export function findByEnvironment(entry: string): number[] {
  return isLinux ? pids().filter((pid) => readProc(pid, "environ").split("\0").includes(entry)) : [];
}

/** `root` and everything below it, children after parents. */
export function descendants(processes: readonly ProcessEntry[], root: number): number[] {
  const out = [root];
  for (const pid of out) {
    out.push(
      ...processes.filter((entry) => entry.parent === pid && !out.includes(entry.pid)).map((entry) => entry.pid),
    );
  }
  return out;
}

/** Sends a signal; false when there was nobody to get it. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function pids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Read at once, not in the background: the kernel answers from memory, and hundreds of jobs for a pool of four take longer. */
function readProc(pid: number, file: "stat" | "cmdline" | "status" | "environ"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function readStat(pid: number): ProcessEntry | null {
  const stat = readProc(pid, "stat");
  // The name in parentheses may itself hold spaces and parentheses.
  const [state = "", parent, group, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ended = state === "Z" || state === "X";
  return stat === "" ? null : { pid, parent: Number(parent), group: Number(group), startTime: rest[16] ?? "", ended };
}

async function askPs(): Promise<(ProcessEntry & { line?: string })[]> {
  const fields = "pid=,ppid=,pgid=,stat=,lstart=,command=";
  const { stdout } = await ask("ps", ["-A", "-ww", "-o", fields]).catch(() => ({ stdout: "" }));
  return stdout
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parent, group, state = "", startTime = "", command = ""]) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      startTime,
      ended: state.startsWith("Z"),
      line: command.replaceAll(" ", "\0"),
    }));
}
