/** What hosts an agent's runtime: a sandboxed process, a container or a Pod, behind one interface (DESIGN 8). */
import type { WorkloadEnv } from "@djinnbot/contracts";

export interface WorkloadMount {
  /** Absolute path on the host; the workload sees the same path. */
  path: string;
  access: "read" | "write";
}
export interface WorkloadLimits {
  memoryMb: number;
  cpus: number;
  pids: number;
  /** Of what its run may write in all, and of each file. */
  diskMb: number;
}

/** Everything a backend needs to host one session. */
export interface WorkloadSpec {
  /** DNS label, see {@link workloadName}: the same name is the same workload. */
  name: string;
  tenantId: string;
  runId: string;
  sessionId: string;
  agentId: string;
  env: WorkloadEnv;
  mounts: readonly WorkloadMount[];
  limits: WorkloadLimits;
  /** Epoch ms after which a sweep may stop it, whoever started it. */
  deadlineAt: number;
  /** Working directory, as the workload sees it. */
  workdir: string;
  home: string;
}

export interface WorkloadState {
  name: string;
  sessionId: string;
  runId: string;
  tenantId: string;
  status: "running" | "exited";
  exitCode: number | null;
  /** Epoch ms. */
  startedAt: number;
}

/** A backend. Every instance of the engine can inspect and stop what another one started. */
export interface Workload {
  readonly kind: "process" | "docker" | "kubernetes";
  readonly sandbox: "bubblewrap" | "container" | "pod" | "none";
  /** `door`: the workload has no network, and reaches outside by the proxy only. */
  readonly network: "door" | "open";
  /** Starts the workload unless one of that name runs. Throws when it cannot be started. */
  ensure(spec: WorkloadSpec): Promise<void>;
  /** Ends it: asked first, killed after `graceMs`. Quiet when there is none. */
  stop(name: string, graceMs: number): Promise<void>;
  inspect(name: string): Promise<WorkloadState | null>;
  list(): Promise<WorkloadState[]>;
  /** The last lines it wrote (at most 20), for the message when it failed; empty when nothing is known. */
  output(name: string): Promise<string[]>;
  /** Removes what is left of workloads that have exited. */
  sweep?(): Promise<void>;
}
