/** Runs: executions of a pipeline, and their steps (engine-svc). */
import { z } from "zod";
import { ModelName } from "./agent.ts";
import { RunBudget } from "./budget.ts";
import { contract, download } from "./contract.ts";
import { GitRefName } from "./git-ref.ts";
import { EpochMs, IdOrSlug, RunId, StepId } from "./id.ts";
import { PageInput, page } from "./page.ts";
import { FailureGroup, HumanContext, ListedRun, Run, RunDetail, RunUsage, Step } from "./run-shape.ts";
import { RunStatus, StepStatus } from "./status.ts";

/** Place of an event on its run's stream. */
const StreamId = z.string().regex(/^\d{1,16}-\d{1,16}$/, "the id of an event");
export const ExportFormat = z.enum(["json", "markdown"]);
export type ExportFormat = z.infer<typeof ExportFormat>;

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
      /** Left out: no branches of parallel steps, only the runs that people started. */
      parentRunId: RunId.optional(),
      search: z.string().max(200).optional(),
    }),
    output: page(ListedRun),
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
      baseBranch: GitRefName.optional(),
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
  pause: contract({
    ...base,
    method: "POST",
    path: "/v1/runs/{runId}/pause",
    scope: "runs:write",
    summary: "Pause a run: the agent's turn is finished, its state kept and its workload given back",
    input: z.object(ref),
    output: z.object({ runId: z.string(), status: RunStatus }),
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
  resume: contract({
    ...base,
    method: "POST",
    path: "/v1/runs/{runId}/resume",
    scope: "runs:write",
    summary: "Go on with a paused run where it stopped",
    input: z.object(ref),
    output: z.object({ runId: z.string(), status: RunStatus }),
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
  inject: contract({
    ...base,
    method: "POST",
    path: "/v1/runs/{runId}/inject",
    scope: "runs:write",
    summary: "Tell the agent that works on the run something; it hears it before its next turn",
    input: z.object({ ...ref, text: z.string().trim().min(1).max(20_000) }),
    output: z.object({ runId: z.string(), stepId: z.string() }),
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
  fork: contract({
    ...base,
    method: "POST",
    path: "/v1/runs/{runId}/fork",
    scope: "runs:write",
    status: 201,
    summary:
      "A new run from a step of this one: with its outputs and its commits until there, and what you change. Not of a branch or an executor: fork the run that it is part of",
    input: z.object({
      ...ref,
      /** Left out: from the first step. */
      stepId: StepId.optional(),
      task: z.string().trim().min(1).max(50_000).optional(),
      modelOverride: ModelName.nullish(),
      context: z.string().max(20_000).nullish(),
    }),
    output: Run,
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
  usage: contract({
    ...base,
    method: "GET",
    path: "/v1/runs/{runId}/usage",
    scope: "runs:read",
    summary: "Tokens and cost of a run with its branches and executors, by model and by step",
    input: z.object(ref),
    output: RunUsage,
    faults: ["NOT_FOUND"],
  }),
  logs: contract({
    ...base,
    method: "GET",
    path: "/v1/runs/{runId}/logs",
    scope: "runs:read",
    wire: "camel",
    summary:
      "Events of a run in order: the newest, with `before` those that come before it, with `after` those that follow it; of one step with `stepId`",
    input: z.object({
      ...ref,
      limit: z.coerce.number().int().min(1).max(20_000).default(20_000),
      /** A `streamId` that an earlier answer held. `after` counts when both are given. */
      before: StreamId.optional(),
      after: StreamId.optional(),
      /** What the agent of this step said and did, without the life of the run around it. */
      stepId: StepId.optional(),
      /** The step's latest execution when left out. */
      attempt: z.coerce.number().int().min(1).max(1_000_000).optional(),
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

/** Files about runs. */
export const runDownloads = {
  export: download({
    ...base,
    path: "/v1/runs/{runId}/export",
    scope: "runs:read",
    summary: "A run as one file: its steps with prompts, outputs and transcripts, model calls and commits",
    input: z.object({ ...ref, format: ExportFormat.default("json") }),
    mediaTypes: ["application/json", "text/markdown"],
    faults: ["NOT_FOUND"],
  }),
};
