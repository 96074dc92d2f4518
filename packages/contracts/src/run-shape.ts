/** What a run, its steps, loops and branches look like to whoever asks. */
import { z } from "zod";
import { Failure, FailureCode } from "./failure.ts";
import { EpochMs, RunId, TenantId } from "./id.ts";
import { StepKind } from "./pipeline-document.ts";
import { RunStatus, StepStatus } from "./status.ts";

/** Free-form JSON that a starter passes along; its string fields are template variables. */
export const HumanContext = z.union([z.string().max(100_000), z.record(z.string(), z.unknown())]);
const Outputs = z.record(z.string(), z.string());

export const Run = z.object({
  id: RunId,
  tenantId: TenantId,
  pipelineId: z.string(),
  pipelineName: z.string().nullable(),
  projectId: z.string().nullable(),
  task: z.string(),
  status: RunStatus,
  currentStep: z.string().nullable(),
  outputs: Outputs,
  failure: Failure.nullable(),
  /** `run/{id}` in the repository. */
  taskBranch: z.string().nullable(),
  repository: z.string().nullable(),
  stepsTotal: z.int(),
  stepsCompleted: z.int(),
  costMicros: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  /** True when any call's price was unknown and left out. */
  costApproximate: z.boolean(),
  humanContext: HumanContext.nullable(),
  keyResolution: z.record(z.string(), z.unknown()).nullable(),
  initiatedByUserId: z.string().nullable(),
  modelOverride: z.string().nullable(),
  /** A branch of a parallel step: the run that waits for it. */
  parentRunId: z.string().nullable(),
  /** The run this one was forked from, also when that is gone. */
  forkedFrom: z.string().nullable(),
  /** A pause was asked for and the agent's turn is not over yet. */
  pausing: z.boolean(),
  createdAt: EpochMs,
  updatedAt: EpochMs,
  startedAt: EpochMs.nullable(),
  completedAt: EpochMs.nullable(),
});
export type Run = z.infer<typeof Run>;
/** What happened to the run's branch: kept locally, pushed, or refused by the remote and why. */
export const PushState = z.object({ status: z.enum(["none", "pushed", "refused"]), detail: z.string().nullable() });

/** A run as lists show it. */
export const ListedRun = Run.extend({
  pushStatus: PushState.shape.status,
  /** Time of its executions and branches that is over, without the waiting in between; null before any began. */
  workedMs: z.int().nullable(),
  /** One works now: since then. */
  workingSince: EpochMs.nullable(),
});
export type ListedRun = z.infer<typeof ListedRun>;

/** One execution of a step: a retry or a way back makes another with a higher attempt. */
export const Step = z.object({
  id: z.string(),
  runId: RunId,
  stepId: z.string(),
  attempt: z.int(),
  kind: StepKind,
  /** Empty when no agent does the step. */
  agentId: z.string(),
  agentName: z.string().nullable(),
  agentEmoji: z.string().nullable(),
  status: StepStatus,
  inputs: z.record(z.string(), z.unknown()),
  outputs: Outputs,
  summary: z.string().nullable(),
  error: z.string().nullable(),
  failure: Failure.nullable(),
  retryCount: z.int(),
  maxRetries: z.int(),
  sessionId: z.string().nullable(),
  commitHash: z.string().nullable(),
  commitMessage: z.string().nullable(),
  modelUsed: z.string().nullable(),
  humanContext: z.string().nullable(),
  costMicros: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  queuedAt: EpochMs.nullable(),
  startedAt: EpochMs.nullable(),
  completedAt: EpochMs.nullable(),
});
export type Step = z.infer<typeof Step>;

/** A step as the run's pipeline has it, whether or not the run has come to it. */
export const PlannedStep = z.object({
  stepId: z.string(),
  agentId: z.string(),
  kind: StepKind,
  /** Names of what it must hand over. */
  outputs: z.array(z.string()),
  /** Results that choose the way on, in the order in which they are looked for. */
  results: z.array(z.string()),
});
export type PlannedStep = z.infer<typeof PlannedStep>;

/** A loop of the run: its items, and which one is being done. */
export const RunLoop = z.object({
  stepId: z.string(),
  /** Counts from 0. */
  index: z.int(),
  active: z.boolean(),
  items: z.array(z.object({ id: z.string(), status: z.enum(["pending", "running", "completed", "failed"]) })),
});
export type RunLoop = z.infer<typeof RunLoop>;

/** A branch of a parallel step: a run of its own. */
export const RunBranch = z.object({
  runId: RunId,
  /** First step of the branch. */
  branch: z.string(),
  /** Row of the parallel step that started it. */
  parentStep: z.string(),
  status: RunStatus,
  currentStep: z.string().nullable(),
  failure: Failure.nullable(),
  costMicros: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  startedAt: EpochMs.nullable(),
  completedAt: EpochMs.nullable(),
});
export type RunBranch = z.infer<typeof RunBranch>;

const Usage = z.object({
  calls: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
  costMicros: z.int(),
  /** True when the price of a call was not known, and left out. */
  costApproximate: z.boolean(),
});
/** What the model calls of a run have used, those of its branches and executors included. */
export const RunUsage = z.object({
  total: Usage,
  /** `provider/model`; the dearest first. */
  byModel: z.array(Usage.extend({ model: z.string(), durationMs: z.int() })),
  /** Over all attempts of a step, in the run itself or in one of its branches or executors; the dearest first. */
  byStep: z.array(Usage.extend({ runId: RunId, stepId: z.string().nullable() })),
});
export type RunUsage = z.infer<typeof RunUsage>;

export const RunDetail = Run.extend({
  keyUserId: z.string().nullable(),
  workspaceType: z.string().nullable(),
  workspaceExists: z.boolean(),
  workspaceHasGit: z.boolean(),
  push: PushState,
  steps: z.array(Step),
  /** The pipeline's steps in its order, as the run started with it; empty when its text cannot be read. */
  plan: z.array(PlannedStep),
  loops: z.array(RunLoop),
  branches: z.array(RunBranch),
});
export type RunDetail = z.infer<typeof RunDetail>;

/** Failed runs of one pipeline for one reason. */
export const FailureGroup = z.object({
  pipelineId: z.string(),
  code: FailureCode.nullable(),
  count: z.int(),
  /** The run of the group that failed last. */
  latest: Run,
});
export type FailureGroup = z.infer<typeof FailureGroup>;
