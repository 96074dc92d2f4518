/** Workloads as processes of this machine: sandboxed by bubblewrap, or plain children where that cannot run. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Log } from "@djinnbot/config";
import { now } from "../lib/clock.ts";
import { endWorkload, findLiving } from "./process-end.ts";
import { readExitCode, readTail, removeStatus, workloadFiles } from "./process-files.ts";
import { type LaunchOptions, launch } from "./process-launch.ts";
import { readProcess } from "./process-table.ts";
import type { Registry, RegistryEntry } from "./registry.ts";
import type { Workload, WorkloadSpec, WorkloadState } from "./workload.ts";

export interface ProcessOptions extends LaunchOptions {
  dataDir: string;
  registry: Registry;
  log: Log;
}

interface Machine extends ProcessOptions {
  /** Where our pids mean something. */
  host: string;
  /** Workloads that are being started now. */
  starting: Map<string, Promise<void>>;
}

/** Time a workload gets to end when a sweep finds it past its deadline, in ms. */
const sweepGraceMs = 2000;
/** An exited workload's entry is kept this long (from its start), so that whoever drives it can read how it ended. */
const keepExitedMs = 60_000;

export function createProcessWorkload(options: ProcessOptions): Workload {
  const machine: Machine = { ...options, host: thisHost(), starting: new Map() };
  const { starting, registry } = machine;
  return {
    kind: "process",
    sandbox: options.bubblewrap === null ? "none" : "bubblewrap",
    network: options.bubblewrap === null ? "open" : "door",
    ensure: async (spec) => {
      const running = starting.get(spec.name) ?? registry.exclusively(spec.name, () => start(machine, spec));
      starting.set(spec.name, running);
      await running.finally(() => starting.delete(spec.name));
    },
    stop: (name, graceMs) => stop(machine, name, graceMs),
    inspect: (name) => inspect(machine, name),
    list: () => list(machine),
    output: async (name) => {
      const known = await find(machine, name);
      return known ? readTail(workloadFiles(options.dataDir, known).log) : [];
    },
    sweep: () => sweep(machine),
  };
}

async function start(machine: Machine, spec: WorkloadSpec): Promise<void> {
  if ((await inspect(machine, spec.name))?.status === "running") {
    return;
  }
  const { installation, host, registry, dataDir, log } = machine;
  const startedAt = now();
  const pid = await launch(machine, { spec, files: workloadFiles(dataDir, spec), startedAt });
  const { name, tenantId, runId, sessionId, deadlineAt, home } = spec;
  const startTime = (await readProcess(pid))?.startTime ?? "";
  const whose = { installation, kind: "process" as const, name, tenantId, runId, sessionId, host };
  await registry.put({ ...whose, startedAt, deadlineAt, pid, startTime, home });
  log.debug({ workload: name, pid }, "workload started");
}

async function stop(machine: Machine, name: string, graceMs: number): Promise<void> {
  const { installation, bubblewrap, limiter, registry, dataDir } = machine;
  const known = await find(machine, name);
  const home = bubblewrap === null ? (known?.home ?? null) : null;
  await endWorkload({ installation, name, home, graceMs });
  await limiter.release(name);
  if (known) {
    await removeStatus(workloadFiles(dataDir, known));
    await registry.remove(name);
  }
}

async function inspect(machine: Machine, name: string): Promise<WorkloadState | null> {
  const entry = await entryHere(machine, name);
  if (entry && (await isRunning(entry))) {
    return stateOf(entry, "running", null);
  }
  const [living] = await findLiving(machine.installation, name);
  if (living) {
    return stateOf(living.label, "running", null);
  }
  return entry ? stateOf(entry, "exited", await readExitCode(workloadFiles(machine.dataDir, entry))) : null;
}

async function list(machine: Machine): Promise<WorkloadState[]> {
  const entries = await entriesHere(machine);
  const living = (await findLiving(machine.installation)).map(({ label }) => label);
  const ended = entries.filter(({ name }) => !living.some((label) => label.name === name));
  return [
    ...living.map((label) => stateOf(label, "running", null)),
    ...(await Promise.all(
      ended.map(async (entry) => stateOf(entry, "exited", await readExitCode(workloadFiles(machine.dataDir, entry)))),
    )),
  ];
}

async function sweep(machine: Machine): Promise<void> {
  const deadlines = new Map((await entriesHere(machine)).map(({ name, deadlineAt }) => [name, deadlineAt]));
  const kept = new Set<string>();
  for (const state of await list(machine)) {
    const isForgotten = state.status === "exited" && state.startedAt < now() - keepExitedMs;
    if (isForgotten || (deadlines.get(state.name) ?? Number.POSITIVE_INFINITY) < now()) {
      await stop(machine, state.name, sweepGraceMs);
    } else {
      kept.add(state.name);
    }
  }
  for (const name of await machine.limiter.leftovers()) {
    if (!kept.has(name) && !machine.starting.has(name)) {
      await machine.limiter.release(name);
    }
  }
}

/** What is known of a workload, by the registry or by its living process. */
async function find(machine: Machine, name: string) {
  const entry = await entryHere(machine, name);
  return entry ?? (await findLiving(machine.installation, name))[0]?.label;
}

async function entryHere({ registry, host }: Machine, name: string): Promise<RegistryEntry | null> {
  const entry = await registry.find(name);
  return entry?.host === host ? entry : null;
}

async function entriesHere(machine: Machine): Promise<RegistryEntry[]> {
  return (await machine.registry.list()).filter((entry) => entry.host === machine.host);
}

async function isRunning(entry: RegistryEntry): Promise<boolean> {
  const found = entry.pid === undefined ? null : await readProcess(entry.pid);
  return found !== null && !found.ended && found.startTime === entry.startTime;
}

function stateOf(
  of: Pick<WorkloadState, "name" | "sessionId" | "runId" | "tenantId" | "startedAt">,
  status: WorkloadState["status"],
  exitCode: number | null,
): WorkloadState {
  const { name, sessionId, runId, tenantId, startedAt } = of;
  return { name, sessionId, runId, tenantId, status, exitCode, startedAt };
}

/** This boot of this machine, and this PID namespace of it. */
function thisHost(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}:${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}
