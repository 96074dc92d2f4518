/** Settings of a step with what stands above it: step, then its agent in the pipeline, then defaults, then fallbacks. */
import { type PipelineDocument, type PipelineStep, pipelineFallbacks } from "@djinnbot/contracts";

export interface ResolvedStep {
  timeoutSeconds: number;
  maxRetries: number;
  maxTurns: number;
  /** As the runtime takes it: empty = every built-in tool. A pipeline's explicit `[]` leaves complete and fail only. */
  tools: string[];
  /** Models the pipeline itself names, the strongest wish first. */
  models: Pick<ModelSources, "step" | "pipelineAgent" | "defaults">;
  temperature: number | null;
  maxOutputTokens: number | null;
}
/** What holds where the pipeline says nothing, e.g. from the tenant's settings; the language's own values otherwise. */
export type StepFallbacks = Partial<Pick<ResolvedStep, "timeoutSeconds" | "maxRetries" | "maxTurns">>;

/** Settles a step's settings (reference 1.1, 1.3). Timeout in seconds. */
export function resolveStep(
  document: PipelineDocument,
  step: PipelineStep,
  fallbacks: StepFallbacks = {},
): ResolvedStep {
  const defaults = document.defaults ?? {};
  const agent = document.agents.find((candidate) => candidate.id === step.agent);
  const tools = agent?.tools ?? defaults.tools;
  const own = step.timeoutSeconds ?? step.timeout ?? defaults.timeoutSeconds ?? defaults.timeout;
  return {
    timeoutSeconds: own ?? fallbacks.timeoutSeconds ?? pipelineFallbacks.timeoutSeconds,
    maxRetries: step.maxRetries ?? defaults.maxRetries ?? fallbacks.maxRetries ?? pipelineFallbacks.maxRetries,
    maxTurns: step.maxTurns ?? defaults.maxTurns ?? fallbacks.maxTurns ?? pipelineFallbacks.maxTurns,
    tools: tools?.length === 0 ? ["complete", "fail"] : (tools ?? []),
    models: { step: step.model, pipelineAgent: agent?.model, defaults: defaults.model },
    temperature: step.temperature ?? defaults.temperature ?? null,
    maxOutputTokens: step.maxOutputTokens ?? defaults.maxOutputTokens ?? null,
  };
}

/** Where a model can be named, the strongest first (reference 1.3). */
export const modelPrecedence = [
  "runOverride",
  "step",
  "pipelineAgent",
  "defaults",
  "agentConfig",
  "tenantDefault",
  "platformDefault",
] as const;
export type ModelSource = (typeof modelPrecedence)[number];
export type ModelSources = Partial<Record<ModelSource, string | null>>;
export interface ModelChoice {
  /** `provider/model-id`. */
  model: string;
  source: ModelSource;
}

/** The model a step runs on and who said so; null when nobody names one. Blank names count as none. */
export function resolveModel(sources: ModelSources): ModelChoice | null {
  for (const source of modelPrecedence) {
    const model = sources[source]?.trim();
    if (model) {
      return { model, source };
    }
  }
  return null;
}
