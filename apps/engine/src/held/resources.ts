/** What every system of the engine works with, and the settings of one instance. */
import type { Log } from "@djinnbot/config";
import type { Deps } from "@djinnbot/core";
import type { Tailer } from "@djinnbot/events";
import type { TransitionWriter } from "../store/transition-writer.ts";
import type { Transcript } from "../transcript/transcript.ts";
import type { Workload, WorkloadLimits } from "../workload/workload.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Lookup } from "./lookup.ts";
import type { Publisher } from "./publisher.ts";

/** Times in milliseconds. */
export interface EngineOptions {
  instanceId: string;
  version: string;
  /** Address of the API as workloads reach it. */
  apiUrl: string;
  /** Redis as workloads reach it; user and password are replaced by the session's own. */
  workloadRedisUrl: string;
  maxConcurrentRuns: number;
  limits: WorkloadLimits;
  /** Life of a run's lock without renewal. A dead engine's run waits at most this long, and `orphanMs`, and two ticks: below 10 s. */
  lockTtlMs: number;
  /** A run must be without a lock for this long before another engine takes it: its holder may only have lost Redis for a moment. */
  orphanMs: number;
  tickMs: number;
  /** An agentStep that was not accepted is sent again after this long. */
  resendMs: number;
  /** The runtime gives up at the deadline by itself; the engine steps in this much later. */
  deadlineGraceMs: number;
  stopGraceMs: number;
  /** How long agents, settings and providers of a tenant are remembered. */
  lookupTtlMs: number;
  /** Age from which a workload that belongs to nothing is stopped. */
  orphanAgeMs: number;
  /** How often the files of running steps are measured. */
  diskMs: number;
  /** How often the transcripts of running steps, and those that other engines left behind, are copied. */
  transcriptMs: number;
  drainMs: number;
}

export const engineDefaults = {
  maxConcurrentRuns: 20,
  limits: { memoryMb: 2048, cpus: 2, pids: 512, diskMb: 10_240 },
  diskMs: 10_000,
  lockTtlMs: 5000,
  orphanMs: 2000,
  tickMs: 1000,
  resendMs: 3000,
  deadlineGraceMs: 3000,
  stopGraceMs: 2000,
  lookupTtlMs: 500,
  orphanAgeMs: 30_000,
  transcriptMs: 15_000,
  drainMs: 25_000,
} as const satisfies Partial<EngineOptions>;

export interface Resources {
  deps: Deps;
  options: EngineOptions;
  log: Log;
  workload: Workload;
  workspace: Workspace;
  tailer: Tailer;
  transitions: TransitionWriter;
  publisher: Publisher;
  lookup: Lookup;
  transcript: Transcript;
}
