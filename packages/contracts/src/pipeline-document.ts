/** The pipeline language as a schema (reference 1.1). Parsing YAML with positions lives in core; types and limits live here. */
import { z } from "zod";
import { ModelName } from "./agent.ts";
import { StepId } from "./id.ts";

const Count = z.int().min(0).max(1000);
const Seconds = z.int().min(1).max(86_400);
const Turns = z.int().min(1).max(10_000);
const OutputKey = z.string().regex(/^[A-Za-z0-9_]{1,64}$/, "1–64 letters, digits or _");
const Template = z.string().max(100_000);

const Notify = z.strictObject({ agent: z.string().max(64), message: Template });
const Tokens = z.int().min(1).max(1_000_000_000);
const Dollars = z.number().min(0.000_001).max(1_000_000);

/** What happens after a matching result; an empty object on the last step ends the run. */
export const ResultAction = z.strictObject({
  goto: StepId.optional(),
  retry: z.boolean().optional(),
  maxRetries: Count.optional(),
  continueLoop: z.boolean().optional(),
  notify: Notify.optional(),
});
export type ResultAction = z.infer<typeof ResultAction>;

/** The way on when a step has failed for good: a step, the loop's next item, or (with neither) only a message before the run fails. */
export const FailureAction = z.strictObject({
  goto: StepId.optional(),
  continueLoop: z.boolean().optional(),
  notify: Notify.optional(),
});
export type FailureAction = z.infer<typeof FailureAction>;

/** Runs the step once for each item of a list that an earlier step has produced. */
export const Loop = z.strictObject({
  /** An output that holds a JSON list, or an object with one in it. */
  over: OutputKey,
  /** Where each item goes on; the step that ends an item says `continueLoop`. Left out: the step alone does the item. */
  onEachComplete: StepId.optional(),
  /** Where the run goes on when no item is left; left out: the run is complete. */
  onAllComplete: StepId.optional(),
});
export type Loop = z.infer<typeof Loop>;

/** A gate that a person opens. Its outputs are `decision` (APPROVED or REJECTED), `comment` and `decided_by`. */
export const Approval = z.strictObject({
  message: Template.optional(),
  /** Roles (owner, admin, member) or e-mail addresses; left out: everybody who may change runs. */
  who: z.array(z.string().min(1).max(320)).min(1).max(50).optional(),
  /** Left out: it waits without end. */
  timeoutSeconds: z.int().min(1).max(31_536_000).optional(),
  /** What a passed time means; `fail` if left out. */
  onTimeout: z.enum(["approve", "reject", "fail"]).optional(),
});
export type Approval = z.infer<typeof Approval>;

/** Chains of steps that run at the same time, each on a working copy of its own; what they committed is merged at the join. */
export const Parallel = z.strictObject({
  /** The first step of each branch; a branch ends with a step that names nothing to follow. */
  branches: z.array(StepId).min(2).max(20),
  /** How many branches must complete: all of them, the first one, or a number. Those that are left are cancelled. */
  join: z.union([z.enum(["all", "any"]), z.int().min(1).max(20)]).optional(),
});
export type Parallel = z.infer<typeof Parallel>;

/** Limits of one execution of a step. Turns and seconds are other names of `maxTurns` and `timeoutSeconds`. */
export const StepLimits = z.strictObject({
  tokens: Tokens.optional(),
  dollars: Dollars.optional(),
  turns: Turns.optional(),
  seconds: Seconds.optional(),
});
export type StepLimits = z.infer<typeof StepLimits>;
/** Limits of a whole run, its branches included. */
export const RunLimits = z.strictObject({ tokens: Tokens.optional(), dollars: Dollars.optional() });

/** The step answers with JSON of this shape and uses no tools; the JSON is the step's first output. */
export const OutputSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "1–64 letters, digits, _ or -"),
  strict: z.boolean().optional(),
  schema: z.record(z.string(), z.unknown()),
});
export type OutputSchema = z.infer<typeof OutputSchema>;

const Defaults = z.strictObject({
  model: ModelName.optional(),
  tools: z.array(z.string().max(64)).max(100).optional(),
  maxRetries: Count.optional(),
  timeout: Seconds.optional(),
  timeoutSeconds: Seconds.optional(),
  maxTurns: Turns.optional(),
  maxOutputTokens: z.int().min(1).max(1_000_000).optional(),
  temperature: z.number().min(0).max(2).optional(),
});

export const PipelineAgent = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "the agent's slug"),
  name: z.string().max(256).optional(),
  persona: z.string().max(512).optional(),
  model: ModelName.optional(),
  tools: z.array(z.string().max(64)).max(100).optional(),
});

export const PipelineStep = z.strictObject({
  id: StepId,
  /** Who does the step; an approval and a parallel step have none. */
  agent: z.string().max(64).optional(),
  name: z.string().max(256).optional(),
  description: z.string().max(2000).optional(),
  type: z.enum(["standard", "loop", "approval", "parallel"]).optional(),
  model: ModelName.optional(),
  input: Template.default(""),
  outputs: z.array(OutputKey).max(50).default([]),
  onComplete: StepId.optional(),
  onResult: z.record(z.string().min(1).max(128), ResultAction).optional(),
  /** Where the run goes on when the step has failed for good: a step's id is short for `{ goto }`. */
  onFailure: z.union([StepId, FailureAction]).optional(),
  loop: Loop.optional(),
  approval: Approval.optional(),
  parallel: Parallel.optional(),
  budget: StepLimits.optional(),
  outputSchema: OutputSchema.optional(),
  outputMethod: z.enum(["response_format", "tool_use"]).optional(),
  maxRetries: Count.optional(),
  timeout: Seconds.optional(),
  timeoutSeconds: Seconds.optional(),
  maxTurns: Turns.optional(),
  maxOutputTokens: z.int().min(1).max(1_000_000).optional(),
  temperature: z.number().min(0).max(2).optional(),
});
export type PipelineStep = z.infer<typeof PipelineStep>;

export const PipelineDocument = z.strictObject({
  id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])$/, "2–64 of a–z, 0–9 and -"),
  name: z.string().min(1).max(256),
  version: z.coerce.string().max(64),
  description: z.string().max(5000).optional(),
  defaults: Defaults.optional(),
  budget: RunLimits.optional(),
  /** Executions of steps in one life of a run, ways back and retries included: no circle is endless. */
  maxStepExecutions: z.int().min(1).max(10_000).optional(),
  agents: z.array(PipelineAgent).min(1).max(50),
  steps: z.array(PipelineStep).min(1).max(200),
});
export type PipelineDocument = z.infer<typeof PipelineDocument>;

/** Fallbacks where neither step nor defaults say (reference 1.1). */
export const pipelineFallbacks = { maxRetries: 3, timeoutSeconds: 300, maxTurns: 999, maxStepExecutions: 500 } as const;

/** What happens when a step's turn comes: an agent works, a person decides, or branches run. */
export const stepKinds = ["agent", "approval", "parallel"] as const;
export const StepKind = z.enum(stepKinds);
export type StepKind = z.infer<typeof StepKind>;
export type AgentStep = PipelineStep & { agent: string };
export type ApprovalStep = PipelineStep & { approval: Approval };
export type ParallelStep = PipelineStep & { parallel: Parallel };

export function stepKind(step: Pick<PipelineStep, "approval" | "parallel">): StepKind {
  return step.approval ? "approval" : step.parallel ? "parallel" : "agent";
}
export const isAgentStep = (step: PipelineStep): step is AgentStep =>
  step.agent !== undefined && stepKind(step) === "agent";
export const isApprovalStep = (step: PipelineStep): step is ApprovalStep => step.approval !== undefined;
export const isParallelStep = (step: PipelineStep): step is ParallelStep => step.parallel !== undefined;

/** The long form of `onFailure`. */
export function failureAction(step: Pick<PipelineStep, "onFailure">): FailureAction | null {
  const { onFailure } = step;
  return onFailure === undefined ? null : typeof onFailure === "string" ? { goto: onFailure } : onFailure;
}
