/** Ending a process workload with everything it started, whoever started it and however it tried to get away. */
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../lib/clock.ts";
import { type ProcessLabel, parseLabel } from "./process-label.ts";
import {
  descendants,
  findByArgument,
  findByEnvironment,
  isOutsideSandbox,
  readProcess,
  readProcesses,
  signal,
} from "./process-table.ts";

const pollMs = 15;
/** After SIGKILL only the kernel's own work is left. */
const killMs = 5000;

export interface LivingWorkload {
  label: ProcessLabel;
  /** Outermost process of it. */
  pid: number;
}

/**
 * The workloads of an installation that run on this machine, by their processes' arguments. One whose outermost process was
 * killed is still found, by the first process inside of its namespace.
 */
export async function findLiving(installation: string, name = ""): Promise<LivingWorkload[]> {
  const marked = await findByArgument(`--workload=${installation},${name}${name === "" ? "" : ","}`);
  const out: LivingWorkload[] = [];
  if (marked.length === 0) {
    return out;
  }
  const alive = new Map((await readProcesses()).map((entry) => [entry.pid, entry]));
  const ids = new Set(marked.map(({ pid }) => pid));
  for (const { pid, argv } of marked) {
    const label = parseLabel(argv);
    const entry = alive.get(pid);
    if (label && entry && !ids.has(entry.parent) && isOutsideSandbox(pid)) {
      out.push({ label, pid });
    }
  }
  return out;
}

/** Everything that belongs to a workload now. */
interface Members {
  /** What does the work. */
  work: number[];
  /** What only holds the sandbox. */
  frame: number[];
}

async function members(installation: string, name: string, home: string | null): Promise<Members> {
  const roots = await findLiving(installation, name);
  const processes = await readProcesses();
  const below = roots.flatMap(({ pid }) => descendants(processes, pid));
  // Without a sandbox a process can leave its parents; its home directory still tells whose it is.
  const strays = home === null ? [] : findByEnvironment(`HOME=${home}`);
  const all = [...new Set([...below, ...strays])];
  const outside = all.map(isOutsideSandbox);
  const isSandboxed = outside.some((flag) => !flag);
  const frame = isSandboxed ? all.filter((_, index) => outside[index]) : [];
  return { work: all.filter((pid) => !frame.includes(pid)), frame };
}

/** Asks, waits up to `graceMs`, kills. Throws when something is left even then. */
export async function endWorkload(options: {
  installation: string;
  name: string;
  /** Only where there is no sandbox: processes with this home belong to the workload. */
  home: string | null;
  graceMs: number;
}): Promise<void> {
  const { installation, name, home, graceMs } = options;
  let left = await members(installation, name, home);
  for (const pid of left.work) {
    signal(pid, "SIGTERM");
  }
  await untilGone(left, graceMs);
  for (const until = now() + killMs; now() < until; ) {
    left = await members(installation, name, home);
    if (left.work.length + left.frame.length === 0) {
      return;
    }
    // The frame first: when the first process of a PID namespace ends, the kernel ends all others in it.
    for (const pid of [...left.frame.toReversed(), ...left.work]) {
      signal(pid, "SIGKILL");
    }
    await untilGone(left, pollMs);
  }
  throw new Error(`processes of ${name} cannot be ended`);
}

/** Waits until none of these processes is left, or `ms` are over. */
async function untilGone({ work, frame }: Members, ms: number): Promise<void> {
  for (const until = now() + ms; now() < until; await sleep(pollMs)) {
    const states = await Promise.all([...work, ...frame].map(readProcess));
    if (states.every((state) => state === null || state.ended)) {
      return;
    }
  }
}
