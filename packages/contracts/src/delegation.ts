/** Delegation: work that an agent gives to executors, which are runs of their own that it waits for (engine-svc). */
import { z } from "zod";
import { ModelName } from "./agent.ts";
import { contract } from "./contract.ts";
import { EpochMs, IdOrSlug, idOf, RunId } from "./id.ts";

export const DelegationId = idOf("delegation");
export const DelegationKind = z.enum(["executor", "swarm", "approaches"]);
export type DelegationKind = z.infer<typeof DelegationKind>;
export const DelegationStatus = z.enum(["running", "completed", "failed", "cancelled"]);
export type DelegationStatus = z.infer<typeof DelegationStatus>;
export const DelegatedTaskStatus = z.enum(["pending", "running", "completed", "failed", "skipped", "cancelled"]);
export type DelegatedTaskStatus = z.infer<typeof DelegatedTaskStatus>;

/** Most tasks that one run may delegate in all. */
export const maxDelegatedTasks = 100;

/** One task as it stands. */
export const DelegatedTask = z.object({
  key: z.string(),
  title: z.string(),
  status: DelegatedTaskStatus,
  dependencies: z.array(z.string()),
  /** True for the one that compares the approaches. */
  evaluation: z.boolean(),
  agentId: z.string(),
  model: z.string().nullable(),
  /** The executor's run; its page holds transcript, diff and cost. There once the task has started. */
  runId: RunId,
  projectId: z.string().nullable(),
  taskId: z.string().nullable(),
  outputs: z.record(z.string(), z.string()),
  error: z.string().nullable(),
  /** Files in which its work conflicts with what was merged before it. */
  conflicts: z.array(z.string()),
  /** Last commit of its branch. */
  commitHash: z.string().nullable(),
  costMicros: z.int(),
  /** When it was given to its executor, and when its result was there. */
  startedAt: EpochMs.nullable(),
  completedAt: EpochMs.nullable(),
  /** When the executor's run began to work, after its time in the queue, and when it ended. */
  workStartedAt: EpochMs.nullable(),
  workCompletedAt: EpochMs.nullable(),
});
export type DelegatedTask = z.infer<typeof DelegatedTask>;

/** A delegation as it stands; `swarmId` is the name that earlier clients know. */
export const Delegation = z.object({
  swarmId: DelegationId,
  kind: DelegationKind,
  /** The run and the step that wait for it. */
  runId: RunId,
  stepId: z.string(),
  attempt: z.int(),
  agentId: z.string(),
  status: DelegationStatus,
  tasks: z.array(DelegatedTask),
  maxConcurrent: z.int(),
  evaluationCriteria: z.string().nullable(),
  activeCount: z.int(),
  completedCount: z.int(),
  failedCount: z.int(),
  totalCount: z.int(),
  error: z.string().nullable(),
  cancelRequested: z.boolean(),
  /** When it is given up; null: never. */
  deadlineAt: EpochMs.nullable(),
  createdAt: EpochMs,
  updatedAt: EpochMs,
  completedAt: EpochMs.nullable(),
});
export type Delegation = z.infer<typeof Delegation>;

const Text = z.string().trim().min(1).max(50_000);
const Key = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, "1–64 letters, digits, dots, _ or -, beginning with a letter or digit");
const Title = z.string().trim().min(1).max(256);
const TaskSeconds = z.int().min(30).max(600);
const reference = { projectId: z.string().max(64).optional(), taskId: z.string().max(64).optional() };

export const SwarmTask = z.object({
  /** Names the task within the swarm. */
  key: Key,
  title: Title,
  /** All that the executor needs to know: it sees nothing of your conversation. */
  executionPrompt: Text,
  /** Keys of tasks whose merged work it builds on. */
  dependencies: z.array(Key).max(20).default([]),
  model: ModelName.optional(),
  timeoutSeconds: TaskSeconds.default(300),
  ...reference,
});
export type SwarmTask = z.infer<typeof SwarmTask>;
export const Approach = SwarmTask.omit({ dependencies: true, projectId: true, taskId: true });
export type Approach = z.infer<typeof Approach>;

/** Further rules for the executors, beside those that every executor gets. */
const deviationRules = z.string().max(10_000).default("");
const shared = {
  /** Id or short name of the agent that does the work; left out: an agent like the caller. */
  agentId: IdOrSlug.optional(),
  deviationRules,
};

const base = { service: "engine-svc", method: "POST", scope: "delegate" } as const;
const faults = ["BAD_REQUEST", "FORBIDDEN", "CONFLICT"] as const;

export const delegations = {
  spawn: contract({
    ...base,
    path: "/v1/internal/spawn-execute",
    aliases: ["/v1/internal/spawn-executor"],
    summary: "For agents: give one task to an executor; the step waits for it",
    input: z.object({
      ...shared,
      ...reference,
      executionPrompt: Text,
      modelOverride: ModelName.optional(),
      timeoutSeconds: TaskSeconds.default(300),
    }),
    output: z.object({
      delegationId: DelegationId,
      runId: RunId,
      status: z.literal("dispatched"),
      pipelineId: z.string(),
      model: z.string().nullable(),
    }),
    faults: [...faults],
  }),
  swarm: contract({
    ...base,
    path: "/v1/internal/swarm-execute",
    summary: "For agents: give tasks that depend on one another to executors; the step waits for all of them",
    input: z.object({
      ...shared,
      tasks: z.array(SwarmTask).min(1).max(20),
      maxConcurrent: z.int().min(1).max(8).default(3),
      globalTimeoutSeconds: z.int().min(60).max(3600).default(1800),
    }),
    output: z.object({
      swarmId: DelegationId,
      status: z.literal("dispatched"),
      totalTasks: z.int(),
      maxConcurrent: z.int(),
      /** Keys of the tasks that depend on none. */
      rootTasks: z.array(z.string()),
      /** Tasks on the longest way through the dependencies. */
      maxDepth: z.int(),
      /** Path of the event stream that tells its progress. */
      progressChannel: z.string(),
    }),
    faults: [...faults],
  }),
  tryApproaches: contract({
    ...base,
    path: "/v1/internal/try-approaches",
    summary: "For agents: let executors solve one task in different ways, and have the results compared",
    input: z.object({
      ...shared,
      approaches: z.array(Approach).min(2).max(5),
      evaluationCriteria: Text,
      evaluationModel: ModelName.optional(),
      globalTimeoutSeconds: z.int().min(60).max(1800).default(900),
    }),
    output: z.object({
      speculationId: DelegationId,
      approachCount: z.int(),
      approachRunIds: z.record(z.string(), RunId),
      approachBranches: z.record(z.string(), z.string()),
      /** Branch that each begins from. */
      baseBranch: z.string(),
      dispatched: z.boolean(),
    }),
    faults: [...faults],
  }),
  list: contract({
    ...base,
    method: "GET",
    path: "/v1/internal/swarms",
    scope: "runs:read",
    wire: "camel",
    summary: "Delegations, newest first: all kinds of them, at most 100",
    input: z.object({ runId: RunId.optional(), status: DelegationStatus.optional() }),
    output: z.object({ swarms: z.array(Delegation) }),
  }),
  get: contract({
    ...base,
    method: "GET",
    path: "/v1/internal/swarm/{swarmId}",
    scope: "runs:read",
    wire: "camel",
    summary: "One delegation with its tasks",
    input: z.object({ swarmId: DelegationId }),
    output: Delegation,
    faults: ["NOT_FOUND"],
  }),
  cancel: contract({
    ...base,
    path: "/v1/internal/swarm/{swarmId}/cancel",
    scope: "runs:write",
    summary: "Stop a delegation: its executors are ended, and the agent goes on with what there is",
    input: z.object({ swarmId: DelegationId }),
    output: z.object({ status: z.literal("cancel_requested"), swarmId: DelegationId }),
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
};
