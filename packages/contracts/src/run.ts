/** Runs: executions of a pipeline, and their steps (engine-svc). */
import { z } from "zod";
import { ModelName } from "./agent.ts";
import { RunBudget } from "./budget.ts";
import { contract } from "./contract.ts";
import { Failure, FailureCode } from "./failure.ts";
import { EpochMs, IdOrSlug, RunId, StepId, TenantId } from "./id.ts";
import { PageInput, page } from "./page.ts";
import { RunStatus, StepStatus } from "./status.ts";

/** Free-form JSON that a starter passes along; its string fields are template variables. */
const HumanContext = z.union([z.string().max(100_000), z.record(z.string(), z.unknown())]);
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
  createdAt: EpochMs,
  updatedAt: EpochMs,
  startedAt: EpochMs.nullable(),
  completedAt: EpochMs.nullable(),
});
export type Run = z.infer<typeof Run>;

/** One execution of a step: a retry or a way back makes another with a higher attempt. */
export const Step = z.object({
  id: z.string(),
  runId: RunId,
  stepId: z.string(),
  attempt: z.int(),
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

/** What happened to the run's branch: kept locally, pushed, or refused by the remote and why. */
export const PushState = z.object({ status: z.enum(["none", "pushed", "refused"]), detail: z.string().nullable() });

/** A step as the run's pipeline has it, whether or not the run has come to it. */
export const PlannedStep = z.object({ stepId: z.string(), agentId: z.string() });
export type PlannedStep = z.infer<typeof PlannedStep>;

export const RunDetail = Run.extend({
  keyUserId: z.string().nullable(),
  workspaceType: z.string().nullable(),
  workspaceExists: z.boolean(),
  workspaceHasGit: z.boolean(),
  push: PushState,
  steps: z.array(Step),
  /** The pipeline's steps in its order, as the run started with it; empty when its text cannot be read. */
  plan: z.array(PlannedStep),
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

const base = { service: "engine-svc" } as const;
const ref = { runId: RunId };
const restartInput = { context: z.string().max(20_000).nullish() };

export const runs = {
  list: contract({
    ...base,
    method: "GET",
    path: "/v1/runs/",
    scope: "runs:read",
    page: true,
    summary: "Runs, newest first",
    input: PageInput.extend({
      pipelineId: IdOrSlug.optional(),
      status: RunStatus.optional(),
      agentId: IdOrSlug.optional(),
      search: z.string().max(200).optional(),
    }),
    output: page(Run),
  }),
  create: contract({
    ...base,
    method: "POST",
    path: "/v1/runs/",
    scope: "runs:write",
    status: 201,
    summary: "Start a pipeline",
    input: z.object({
      pipelineId: IdOrSlug,
      task: z.string().trim().min(1).max(50_000),
      context: HumanContext.optional(),
      /** https/ssh/git address, or a path inside the folders the operator allows. Left out: a fresh repository. */
      repository: z.string().trim().min(1).max(2000).optional(),
      /** Branch or tag to start from; left out: the repository's default. */
      baseBranch: z
        .string()
        .max(200)
        .regex(/^[\w./-]+$/)
        .optional(),
      modelOverride: ModelName.optional(),
      projectId: z.string().max(64).optional(),
      /** What the run may spend; left out: the default of the tenant's settings. */
      budget: RunBudget.optional(),
    }),
    output: Run,
    faults: ["NOT_FOUND", "BAD_REQUEST"],
  }),
  overview: contract({
    ...base,
    method: "GET",
    path: "/v1/runs/overview",
    scope: "runs:read",
    summary: "How many runs are open, and the failures of the last seven days, equal ones together",
    input: z.object({}),
    output: z.object({
      counts: z.object({ pending: z.int(), running: z.int(), waiting: z.int(), paused: z.int() }),
      /** Newest first, at most 50. */
      failures: z.array(FailureGroup),
    }),
  }),
  get: contract({
    ...base,
    method: "GET",
    path: "/v1/runs/{runId}",
    scope: "runs:read",
    summary: "One run with its steps",
    input: z.object(ref),
    output: RunDetail,
    faults: ["NOT_FOUND"],
  }),
  update: contract({
    ...base,
    method: "PATCH",
    path: "/v1/runs/{runId}",
    scope: "runs:write",
    summary: "Change what a person may change of a run: its context and model",
    input: z.object({ ...ref, humanContext: HumanContext.optional(), modelOverride: ModelName.nullish() }),
    output: Run,
    faults: ["NOT_FOUND"],
  }),
  delete: contract({
    ...base,
    method: "DELETE",
    path: "/v1/runs/{runId}",
    scope: "runs:write",
    summary: "Delete a finished run with everything that belongs to it",
    input: z.object(ref),
    output: z.object({ status: z.literal("deleted"), runId: z.string() }),
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
  deleteMany: contract({
    ...base,
    method: "DELETE",
    path: "/v1/runs/",
    scope: "runs:write",
    summary: "Delete finished runs by status and/or age",
    input: z.object({ status: RunStatus.optional(), before: z.coerce.number().int().nonnegative().optional() }),
    output: z.object({ status: z.literal("deleted"), count: z.int() }),
    faults: ["BAD_REQUEST"],
  }),
  cancel: contract({
    ...base,
    method: "POST",
    path: "/v1/runs/{runId}/cancel",
    scope: "runs:write",
    summary: "Stop a run; its workload is gone within 5 seconds",
    input: z.object(ref),
    output: z.object({ runId: z.string(), status: z.literal("cancelled") }),
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
  restart: contract({
    ...base,
    method: "POST",
    path: "/v1/runs/{runId}/restart",
    scope: "runs:write",
    summary: "Run a finished run again from its first step, with the same id",
    input: z.object({ ...ref, ...restartInput }),
    output: RunDetail,
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
  logs: contract({
    ...base,
    method: "GET",
    path: "/v1/runs/{runId}/logs",
    scope: "runs:read",
    wire: "camel",
    summary: "The newest events of a run in order; with `before`, the ones that come before it",
    input: z.object({
      ...ref,
      limit: z.coerce.number().int().min(1).max(20_000).default(20_000),
      /** The `streamId` of the earliest event that is known. */
      before: z
        .string()
        .regex(/^\d{1,16}-\d{1,10}$/)
        .optional(),
    }),
    output: z.array(z.record(z.string(), z.unknown())),
    faults: ["NOT_FOUND"],
  }),
};

export const steps = {
  activity: contract({
    ...base,
    method: "GET",
    path: "/v1/steps/activity",
    scope: "runs:read",
    summary: "Steps that are queued or running, and the latest finished one of each agent",
    input: z.object({}),
    output: z.object({
      items: z.array(
        z.object({ agentId: z.string(), runId: RunId, stepId: z.string(), status: StepStatus, at: EpochMs }),
      ),
    }),
  }),
  get: contract({
    ...base,
    method: "GET",
    path: "/v1/runs/{runId}/steps/{stepId}",
    aliases: ["/v1/steps/{runId}/{stepId}"],
    scope: "runs:read",
    summary: "The latest execution of one step",
    input: z.object({ ...ref, stepId: StepId }),
    output: Step,
    faults: ["NOT_FOUND"],
  }),
  restart: contract({
    ...base,
    method: "POST",
    path: "/v1/runs/{runId}/steps/{stepId}/restart",
    aliases: ["/v1/steps/{runId}/{stepId}/restart"],
    scope: "runs:write",
    summary: "Run again from a step, keeping the outputs of the steps before it",
    input: z.object({ ...ref, stepId: StepId, ...restartInput }),
    output: RunDetail,
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
};
