/** Limits of the process backend: control groups where this user may make them, else the limits a process can set itself. */
import { existsSync } from "node:fs";
import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { WorkloadLimits } from "./workload.ts";

export interface Limiter {
  /** What is enforced, for people. */
  readonly enforced: string;
  /** Puts what follows under the limits: arguments to stand before the command, outside of any sandbox. */
  wrap(name: string, limits: WorkloadLimits): Promise<string[]>;
  /** Arguments to stand before the command inside the sandbox. */
  inner(limits: WorkloadLimits): string[];
  /** Forgets a workload that has ended. */
  release(name: string): Promise<void>;
  /** Names of this installation's workloads that left something behind. */
  leftovers(): Promise<string[]>;
}

const mib = 1024 * 1024;
const root = "/sys/fs/cgroup";
const parentGroup = "djinnbot";
const controllers = ["memory", "pids", "cpu"] as const;
const cpuPeriodUs = 100_000;
/** Signals with a value and timers, of all its processes. */
const pendingSignals = 1024;
/** Node reserves this much writable memory for code at its start without using it, and a resource limit counts it. */
const v8ReserveMb = 1024;

/** Chooses what this machine and user allow. All groups of all installations lie below `djinnbot`. */
export async function createLimiter(options: {
  installation: string;
  /** Path of `prlimit`, or null when there is none. */
  prlimit: string | null;
  /** True when each workload has a user namespace; elsewhere the limit would count all processes of the machine's user. */
  canCount: boolean;
}): Promise<Limiter> {
  const { prlimit, canCount } = options;
  // What no control group bounds: the size of a file, and what the kernel counts for each user, here for all workloads together.
  const shared = canCount ? [`--sigpending=${pendingSignals}`] : [];
  const always = ({ diskMb }: WorkloadLimits) => [`--fsize=${diskMb * mib}`, "--core=0", "--msgqueue=0", ...shared];
  const groups = await openGroups();
  if (groups !== null) {
    const bounded = (limits: WorkloadLimits) => (prlimit === null ? [] : [prlimit, ...always(limits), "--"]);
    return { ...groupLimiter(groups, options.installation), inner: bounded };
  }
  const inner = (limits: WorkloadLimits) => {
    const data = `--data=${(limits.memoryMb + v8ReserveMb) * mib}`;
    const count = canCount ? [`--nproc=${limits.pids}`] : [];
    return prlimit === null ? [] : [prlimit, data, ...count, ...always(limits), "--"];
  };
  const none = async () => [];
  return {
    enforced:
      prlimit === null
        ? "nothing"
        : `${canCount ? "number of processes, and " : ""}roughly the memory of each process (resource limits)`,
    inner,
    wrap: none,
    release: async () => undefined,
    leftovers: none,
  };
}

interface Groups {
  version: 1 | 2;
  /** Parent folders in which a workload gets its own. */
  parents: string[];
}

async function openGroups(): Promise<Groups | null> {
  try {
    if (existsSync(join(root, "cgroup.controllers"))) {
      const available = (await readFile(join(root, "cgroup.subtree_control"), "utf8")).split(/\s+/);
      if (!controllers.every((name) => available.includes(name))) {
        return null;
      }
      const parent = join(root, parentGroup);
      await mkdir(parent, { recursive: true });
      await writeFile(join(parent, "cgroup.subtree_control"), controllers.map((name) => `+${name}`).join(" "));
      return { version: 2, parents: [parent] };
    }
    const parents = controllers.map((name) => join(root, name, parentGroup));
    for (const parent of parents) {
      await mkdir(parent, { recursive: true });
      await access(join(parent, "cgroup.procs"), constants.W_OK);
    }
    return { version: 1, parents };
  } catch {
    return null;
  }
}

/** A younger group may be waiting for its first process: another engine is just starting the workload. */
const settleMs = 60_000;

function groupLimiter({ version, parents }: Groups, installation: string): Omit<Limiter, "inner"> {
  const prefix = `${installation}-`;
  // On the clock that nobody sets: where the time of day jumps ahead, a group that was just made looks as old as the jump.
  let seenSince = new Map<string, number>();
  const dirsOf = (name: string) => parents.map((parent) => join(parent, prefix + name));
  const remove = async (name: string) => {
    for (const dir of dirsOf(name)) {
      // Refused for a moment after the last process was killed; what then remains is for the next sweep.
      for (let tries = 0; tries < 10 && existsSync(dir); tries++) {
        await rmdir(dir).catch(() => sleep(10));
      }
    }
  };
  return {
    enforced: "memory, number of processes and CPU time of the whole workload (control groups)",
    release: remove,
    leftovers: async () => {
      const entries = await readdir(parents[0] ?? root, { withFileTypes: true }).catch(() => []);
      const own = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix));
      const at = performance.now();
      seenSince = new Map(own.map(({ name }) => [name, seenSince.get(name) ?? at]));
      const settled = [...seenSince].filter(([, since]) => at - since >= settleMs);
      return settled.map(([name]) => name.slice(prefix.length));
    },
    wrap: async (name, limits) => {
      const dirs = dirsOf(name);
      for (const dir of dirs) {
        await mkdir(dir, { recursive: true });
      }
      for (const [file, value] of settings(version, limits)) {
        const dir = dirs.find((candidate) => existsSync(join(candidate, file)));
        if (dir) {
          await writeFile(join(dir, file), value);
        }
      }
      // A shell joins the groups and then becomes the command: nothing of it is ever outside of them.
      const join_ =
        'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ > "$1" || exit 125; shift; n=$((n - 1)); done; exec "$@"';
      return ["/bin/sh", "-c", join_, "sh", String(dirs.length), ...dirs.map((dir) => join(dir, "cgroup.procs"))];
    },
  };
}

function settings(version: 1 | 2, { memoryMb, cpus, pids }: WorkloadLimits): [string, string][] {
  const quota = Math.round(cpus * cpuPeriodUs);
  if (version === 2) {
    return [
      ["memory.max", String(memoryMb * mib)],
      ["memory.swap.max", "0"],
      ["pids.max", String(pids)],
      ["cpu.max", `${quota} ${cpuPeriodUs}`],
    ];
  }
  return [
    ["memory.limit_in_bytes", String(memoryMb * mib)],
    ["memory.memsw.limit_in_bytes", String(memoryMb * mib)],
    ["pids.max", String(pids)],
    ["cpu.cfs_period_us", String(cpuPeriodUs)],
    ["cpu.cfs_quota_us", String(quota)],
  ];
}
