/** What runs on this machine: read from /proc, or asked of `ps` where there is none. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

const ask = promisify(execFile);

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
  if (process.platform !== "linux") {
    return (await askPs()).find((entry) => entry.pid === pid) ?? null;
  }
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return {
      pid,
      parent: Number(fields[1]),
      group: Number(fields[2]),
      startTime: fields[19] ?? "",
      ended: fields[0] === "Z" || fields[0] === "X",
    };
  } catch {
    return null;
  }
}

/** Every living process. */
export async function readProcesses(): Promise<ProcessEntry[]> {
  if (process.platform !== "linux") {
    return askPs();
  }
  const entries = await Promise.all((await pids()).map(readProcess));
  return entries.filter((entry) => entry !== null && !entry.ended) as ProcessEntry[];
}

/** Processes with an argument that contains `text`, with all their arguments (none on a system where they cannot be read). */
export async function findByArgument(text: string): Promise<{ pid: number; argv: string[] }[]> {
  const list = process.platform === "linux" ? await pids() : (await askPs()).map((entry) => entry.pid);
  const found = await Promise.all(list.map(async (pid) => ({ pid, argv: (await commandLine(pid)).split("\0") })));
  return found.filter(({ argv }) => argv.some((arg) => arg.includes(text)));
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform !== "linux") {
    const answer = await ask("ps", ["-ww", "-o", "command=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
    return answer.stdout.trim().replaceAll(" ", "\0");
  }
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
}

/**
 * True for a process that lives in our own PID namespace or is the first of one below it. Anything else inside a sandbox may
 * have given itself any command line it likes, and is not to be believed.
 */
export async function isOutsideSandbox(pid: number): Promise<boolean> {
  if (process.platform !== "linux") {
    return true;
  }
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const line = /^NSpid:\s+(.*)$/m.exec(status)?.[1];
  const ids = line?.split(/\s+/) ?? [];
  return ids.length === 1 || (ids.length === 2 && ids[1] === "1");
}

/** Processes whose environment holds `entry`; only those this user may look into. */
export async function findByEnvironment(entry: string): Promise<number[]> {
  if (process.platform !== "linux") {
    return [];
  }
  const found = await Promise.all(
    (await pids()).map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      return environment.split("\0").includes(entry) ? pid : null;
    }),
  );
  return found.filter((pid) => pid !== null) as number[];
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

async function pids(): Promise<number[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}

async function askPs(): Promise<ProcessEntry[]> {
  const { stdout } = await ask("ps", ["-A", "-o", "pid=,ppid=,pgid=,stat=,lstart="]).catch(() => ({ stdout: "" }));
  return stdout
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parent, group, state = "", startTime = ""]) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      startTime: startTime.trim(),
      ended: state.startsWith("Z"),
    }));
}
