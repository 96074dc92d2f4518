/** Workloads as processes of this machine: sandboxed by bubblewrap, or plain children where that cannot run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Log } from "@djinnbot/config";
import { bubblewrapArgs, type SandboxBase, sandboxBundle, sandboxNode, sandboxPath } from "./bubblewrap-args.ts";
import type { Limiter } from "./limits.ts";
import { endWorkload, findLiving } from "./process-end.ts";
import {
  boundLog,
  readExitCode,
  readTail,
  removeStatus,
  withFiles,
  workloadFiles,
  writeExitCode,
} from "./process-files.ts";
import { formatLabel } from "./process-label.ts";
import { readProcess } from "./process-table.ts";
import type { Registry, RegistryEntry } from "./registry.ts";
import type { Workload, WorkloadSpec, WorkloadState } from "./workload.ts";

export interface ProcessOptions {
  installation: string;
  dataDir: string;
  registry: Registry;
  limiter: Limiter;
  /** Path of a bubblewrap that works here; null = plain children. */
  bubblewrap: string | null;
  base: SandboxBase;
  /** PATH of plain children. */
  path: string;
  log: Log;
}

/** Time a workload gets to end when a sweep finds it past its deadline, in ms. */
const sweepGraceMs = 2000;
/** An exited workload's entry is kept this long (from its start), so that whoever drives it can read how it ended. */
const keepExitedMs = 60_000;

export function createProcessWorkload(options: ProcessOptions): Workload {
  const { installation, dataDir, registry, limiter, log } = options;
  const host = thisHost();
  const starting = new Map<string, Promise<void>>();

  const isRunning = async (entry: RegistryEntry) => {
    const found = entry.pid === undefined ? null : await readProcess(entry.pid);
    return found !== null && !found.ended && found.startTime === entry.startTime;
  };
  const entriesHere = async () => (await registry.list()).filter((entry) => entry.host === host);

  const inspect = async (name: string): Promise<WorkloadState | null> => {
    const entry = (await entriesHere()).find((candidate) => candidate.name === name);
    if (entry && (await isRunning(entry))) {
      return stateOf(entry, "running", null);
    }
    const [living] = await findLiving(installation, name);
    if (living) {
      return stateOf(living.label, "running", null);
    }
    return entry ? stateOf(entry, "exited", await readExitCode(workloadFiles(dataDir, entry))) : null;
  };

  const start = async (spec: WorkloadSpec) => {
    if ((await inspect(spec.name))?.status === "running") {
      return;
    }
    const startedAt = Date.now();
    const pid = await launch(options, spec, startedAt);
    const { name, tenantId, runId, sessionId, deadlineAt } = spec;
    const startTime = (await readProcess(pid))?.startTime ?? "";
    const entry = {
      installation,
      kind: "process" as const,
      name,
      tenantId,
      runId,
      sessionId,
      host,
      startedAt,
      deadlineAt,
    };
    await registry.put({ ...entry, pid, startTime, home: spec.home });
    log.debug({ workload: name, pid }, "workload started");
  };

  const stop = async (name: string, graceMs: number) => {
    const entry = (await entriesHere()).find((candidate) => candidate.name === name);
    const living = (await findLiving(installation, name))[0]?.label;
    const home = options.bubblewrap === null ? (living?.home ?? entry?.home ?? null) : null;
    await endWorkload({ installation, name, home, graceMs });
    await limiter.release(name);
    const known = entry ?? living;
    if (known) {
      await removeStatus(workloadFiles(dataDir, known));
      await registry.remove(known.sessionId);
    }
  };

  const list = async () => {
    const entries = await entriesHere();
    const living = await findLiving(installation);
    const states = living.map(({ label }) => stateOf(label, "running", null));
    for (const entry of entries.filter(({ name }) => !living.some(({ label }) => label.name === name))) {
      states.push(stateOf(entry, "exited", await readExitCode(workloadFiles(dataDir, entry))));
    }
    return states;
  };

  return {
    kind: "process",
    sandbox: options.bubblewrap === null ? "none" : "bubblewrap",
    inspect,
    list,
    stop,
    ensure: async (spec) => {
      const running = starting.get(spec.name) ?? registry.exclusively(spec.name, () => start(spec));
      starting.set(spec.name, running);
      await running.finally(() => starting.delete(spec.name));
    },
    output: async (name) => {
      const known = (await registry.find(name)) ?? (await findLiving(installation, name))[0]?.label;
      return known ? readTail(workloadFiles(dataDir, known).log) : [];
    },
    sweep: async () => {
      const entries = await entriesHere();
      for (const state of await list()) {
        await boundLog(workloadFiles(dataDir, state).log);
        const deadlineAt = entries.find(({ name }) => name === state.name)?.deadlineAt ?? Number.POSITIVE_INFINITY;
        const isForgotten = state.status === "exited" && state.startedAt < Date.now() - keepExitedMs;
        if (isForgotten || deadlineAt < Date.now()) {
          await stop(state.name, sweepGraceMs);
        }
      }
      const kept = new Set((await list()).map(({ name }) => name));
      for (const name of (await limiter.leftovers()).filter((left) => !kept.has(left) && !starting.has(left))) {
        await limiter.release(name);
      }
    },
  };
}

/** Starts the process, hands it its environment, and answers its pid. It does not end with us. */
async function launch(options: ProcessOptions, spec: WorkloadSpec, startedAt: number): Promise<number> {
  const { installation, dataDir, base, limiter } = options;
  const { name, tenantId, runId, sessionId, home } = spec;
  const label = formatLabel({ installation, name, tenantId, runId, sessionId, startedAt, home });
  const inside = (node: string, bundle: string) => [...limiter.inner(spec.limits), node, bundle, label];
  const command =
    options.bubblewrap === null
      ? inside(base.node, base.bundle)
      : [
          options.bubblewrap,
          ...bubblewrapArgs({ base, spec, statusFd: 4 }),
          ...inside(sandboxNode, sandboxBundle(base)),
        ];
  const [file = "", ...args] = [...(await limiter.wrap(name, spec.limits)), ...command];
  // In a sandbox the environment of bubblewrap itself can be read as that of process 1: it has none.
  const env = { PATH: options.path, HOME: home, LANG: "C.UTF-8", DJINNBOT_ENV_FD: "3" };
  const child = withFiles(workloadFiles(dataDir, spec), ({ log, status }) =>
    spawn(file, args, {
      cwd: options.bubblewrap === null ? spec.workdir : "/",
      env: options.bubblewrap === null ? env : { PATH: sandboxPath },
      detached: true,
      stdio: ["ignore", log, log, "pipe", status],
    }),
  );
  child.unref();
  const pipe = child.stdio[3];
  if (pipe && "write" in pipe) {
    // A process that ended at once shows in `inspect`; the broken pipe says nothing more.
    pipe.on("error", () => undefined);
    pipe.end(JSON.stringify(spec.env), () => pipe.destroy());
  }
  if (options.bubblewrap === null) {
    // Nobody else will tell; when this engine is gone by then, the code stays unknown.
    child.once("exit", (code) => void writeExitCode(workloadFiles(dataDir, spec), code));
  }
  await once(child, "spawn");
  if (child.pid === undefined) {
    throw new Error(`${file} did not start`);
  }
  return child.pid;
}

function stateOf(
  of: Pick<WorkloadState, "name" | "sessionId" | "runId" | "tenantId" | "startedAt">,
  status: WorkloadState["status"],
  exitCode: number | null,
): WorkloadState {
  const { name, sessionId, runId, tenantId, startedAt } = of;
  return { name, sessionId, runId, tenantId, status, exitCode, startedAt };
}

/** Where our pids mean something: this boot of this machine, and this PID namespace of it. */
function thisHost(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}:${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}
