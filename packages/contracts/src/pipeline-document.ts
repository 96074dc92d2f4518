/** The pipeline language as a schema (reference 1.1). Parsing YAML with positions lives in core; types and limits live here. */
import { z } from "zod";
import { ModelName } from "./agent.ts";
import { StepId } from "./id.ts";

const Count = z.int().min(0).max(1000);
const Seconds = z.int().min(1).max(86_400);
const Turns = z.int().min(1).max(10_000);
const OutputKey = z.string().regex(/^[A-Za-z0-9_]{1,64}$/, "1–64 letters, digits or _");
const Template = z.string().max(100_000);

/** What happens after a matching result; an empty object on the last step ends the run. */
export const ResultAction = z.strictObject({
  goto: StepId.optional(),
  retry: z.boolean().optional(),
  maxRetries: Count.optional(),
  continueLoop: z.boolean().optional(),
  notify: z.strictObject({ agent: z.string().max(64), message: Template }).optional(),
});
export type ResultAction = z.infer<typeof ResultAction>;

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
  agent: z.string().max(64),
  name: z.string().max(256).optional(),
  description: z.string().max(2000).optional(),
  type: z.enum(["standard", "loop"]).optional(),
  model: ModelName.optional(),
  input: Template.default(""),
  outputs: z.array(OutputKey).max(50).default([]),
  onComplete: StepId.optional(),
  onResult: z.record(z.string().min(1).max(128), ResultAction).optional(),
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
  agents: z.array(PipelineAgent).min(1).max(50),
  steps: z.array(PipelineStep).min(1).max(200),
});
export type PipelineDocument = z.infer<typeof PipelineDocument>;

/** Keys of the language that exist but are not run by this version: a pipeline that uses one is refused, never half-run. */
export const unsupportedStepKeys = [
  "loop",
  "outputSchema",
  "outputMethod",
  "approval",
  "parallel",
  "onFailure",
  "budget",
] as const;
/** Fallbacks where neither step nor defaults say (reference 1.1). */
export const pipelineFallbacks = { maxRetries: 3, timeoutSeconds: 300, maxTurns: 999, maxStepExecutions: 500 } as const;
