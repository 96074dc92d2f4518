/** Everything about one execution that is settled before it starts: agent, model, limits and the command for the runtime. */
import {
  type AgentStep,
  type AgentStepCommand,
  delegationTools,
  isAgentStep,
  type PipelineStep,
  type Provider,
  pipelineFallbacks,
} from "@djinnbot/contracts";
import { findContextWindow } from "@djinnbot/core";
import {
  innermost,
  type Loops,
  loopValues,
  renderTemplate,
  resolveModel,
  resolveStep,
} from "@djinnbot/core/pipeline-language";
import { buildStepPrompt, buildSystemPrompt } from "@djinnbot/core/prompt";
import type { CommandBody } from "./channel.ts";
import { StepFault } from "./errors.ts";
import type { HeldRun } from "./held-run.ts";
import type { AgentProfile } from "./lookup.ts";
import type { Resources } from "./resources.ts";
import { cleanText } from "./text.ts";

export interface PreparedStep {
  profile: AgentProfile;
  /** `provider/model-id`. */
  model: string;
  modelChoice: AgentStepCommand["model"];
  input: string;
  /** The item of a loop that it is about. */
  loop: { stepId: string; index: number; total: number; item: string } | null;
  systemPrompt: string;
  prompt: string;
  tools: string[];
  structured: AgentStepCommand["structured"];
  maxTurns: number;
  maxRetries: number;
  timeoutMs: number;
  outputs: string[];
}
interface Execution {
  step: AgentStep;
  attempt: number;
  outputs: Readonly<Record<string, string>>;
  loops: Loops;
  /** Why the step runs again, or what a person added. */
  humanContext: string | null;
}

export function findStep(run: HeldRun, stepId: string): PipelineStep {
  const step = run.document.steps.find((candidate) => candidate.id === stepId);
  if (!step) {
    throw new StepFault("PIPELINE_INVALID", `The pipeline has no step ${stepId}.`);
  }
  return step;
}

/** The same for a step that an agent does. */
export function findAgentStep(run: HeldRun, stepId: string): AgentStep {
  const step = findStep(run, stepId);
  if (!isAgentStep(step)) {
    throw new StepFault("PIPELINE_INVALID", `No agent does the step ${stepId}.`);
  }
  return step;
}

/** Values for templates (reference 1.1): context fields, the task, the run's outputs, then what loops and failures say. */
export function variablesOf(
  run: HeldRun,
  { outputs, loops }: { outputs: Readonly<Record<string, string>>; loops: Loops },
): Record<string, string> {
  const { humanContext, task } = run.row;
  const fields =
    typeof humanContext === "object" && humanContext !== null && !Array.isArray(humanContext)
      ? Object.entries(humanContext).filter((entry): entry is [string, string] => typeof entry[1] === "string")
      : typeof humanContext === "string"
        ? [["additional_context", humanContext] as const]
        : [];
  const { lastFailure } = run;
  const failure = lastFailure && {
    failed_step: lastFailure.stepId,
    failure_code: lastFailure.code,
    failure_message: lastFailure.message,
  };
  return { ...Object.fromEntries(fields), task_description: task, ...outputs, ...loopValues(loops), ...failure };
}

/**
 * Throws StepFault AGENT_MISSING or MODEL_NOT_CONFIGURED, but only after a second look past what is remembered: the cause may just
 * have been mended.
 */
export async function prepareStep(resources: Resources, run: HeldRun, execution: Execution): Promise<PreparedStep> {
  try {
    return await prepareOnce(resources, run, execution);
  } catch (error) {
    if (!(error instanceof StepFault)) {
      throw error;
    }
    resources.lookup.forget(run.tenantId);
    return prepareOnce(resources, run, execution);
  }
}

async function prepareOnce(resources: Resources, run: HeldRun, execution: Execution): Promise<PreparedStep> {
  const { step } = execution;
  const profile = run.agents.get(step.agent) ?? (await resources.lookup.agent(run.tenantId, step.agent));
  if (!profile) {
    throw new StepFault(
      "AGENT_MISSING",
      `Step ${step.id} is for the agent \`${step.agent}\`, and there is no active agent of that name here.`,
    );
  }
  const settings = await resources.lookup.settings(run.tenantId);
  const resolved = resolveStep(run.document, step, {
    timeoutSeconds: profile.config.timeout ?? settings.defaultStepTimeoutSec,
    maxRetries: profile.config.maxRetries ?? pipelineFallbacks.maxRetries,
  });
  // Structured output is one answer: an agent that can only end the step.
  const tools = step.outputSchema ? ending : toolsOf(run, resolved.tools.length > 0 ? resolved.tools : profile.config.tools);
  const { model, choice } = await chooseModel(resources, run, { profile, resolved });
  const variables = variablesOf(run, execution);
  const rendered = renderTemplate(step.input, variables);
  if (rendered.missing.length > 0) {
    run.log.warn({ step_id: step.id, missing: rendered.missing }, "template variables without a value");
  }
  return {
    profile,
    model,
    modelChoice: choice,
    input: rendered.text,
    loop: loopOf(execution.loops),
    structured: structuredOf(step),
    systemPrompt: systemPrompt(resources, run, { profile, step, tools }),
    prompt: stepPrompt(run, execution, rendered.text),
    tools,
    maxTurns: resolved.maxTurns,
    maxRetries: resolved.maxRetries,
    timeoutMs: resolved.timeoutSeconds * 1000,
    outputs: step.outputs,
  };
}

const ending = ["complete", "fail"];

/** Executors do not delegate: what an agent starts stays one level deep. An empty list stands for all standard tools. */
function toolsOf(run: HeldRun, named: string[]): string[] {
  const isExecutor = run.row.parentRunId !== null && run.row.branch === null;
  const left = isExecutor ? named.filter((name) => !delegationTools.some((tool) => tool === name)) : named;
  return left.length === 0 && named.length > 0 ? ending : left;
}

function loopOf(loops: Loops): PreparedStep["loop"] {
  const loop = innermost(loops);
  const item = loop?.items[loop.index];
  return loop && item ? { stepId: loop.stepId, index: loop.index, total: loop.items.length, item: item.id } : null;
}

function structuredOf({ outputSchema, outputMethod }: PipelineStep): PreparedStep["structured"] {
  return outputSchema
    ? {
        name: outputSchema.name,
        strict: outputSchema.strict ?? true,
        schema: outputSchema.schema,
        method: outputMethod ?? "response_format",
      }
    : null;
}

async function chooseModel(
  resources: Resources,
  run: HeldRun,
  { profile, resolved }: { profile: AgentProfile; resolved: ReturnType<typeof resolveStep> },
): Promise<{ model: string; choice: AgentStepCommand["model"] }> {
  const { lookup } = resources;
  const [settings, providers] = await Promise.all([lookup.settings(run.tenantId), lookup.providers(run.tenantId)]);
  const usable = providers.filter((provider) => provider.enabled && provider.configured);
  const chosen = resolveModel({
    runOverride: run.row.modelOverride,
    ...resolved.models,
    agentConfig: profile.config.model ?? profile.agent.model,
    tenantDefault: settings.defaultWorkingModel,
    platformDefault: platformModel(usable),
  });
  if (!chosen) {
    throw new StepFault("MODEL_NOT_CONFIGURED", "No model is chosen anywhere, and the platform offers none.");
  }
  const slash = chosen.model.indexOf("/");
  const [providerId, modelId] = [chosen.model.slice(0, slash), chosen.model.slice(slash + 1)];
  const provider = usable.find((candidate) => candidate.providerId === providerId);
  if (!provider) {
    throw new StepFault(
      "MODEL_NOT_CONFIGURED",
      `The model ${chosen.model} needs the provider ${providerId}, which has no key here or is switched off.`,
    );
  }
  return {
    model: chosen.model,
    choice: {
      providerId,
      modelId,
      wire: provider.wire,
      thinkingLevel:
        chosen.source === "tenantDefault" && profile.config.thinkingLevel === "off"
          ? settings.defaultWorkingModelThinkingLevel
          : profile.config.thinkingLevel,
      temperature: resolved.temperature,
      maxOutputTokens: resolved.maxOutputTokens,
      contextWindow: await lookup.contextWindow(run.tenantId, { provider, modelId }, (model) =>
        findContextWindow(resources.deps.db, run.tenantId, model),
      ),
    },
  };
}

/** The only model of the demo provider that plays any pipeline; it lists none, so that nobody has to maintain them here. */
const demoModel = "demo-agent";

/** What the first provider offered by the platform runs on. */
function platformModel(usable: readonly Provider[]): string | null {
  for (const { source, providerId, models, isDemo } of usable) {
    const model = models[0]?.id ?? (isDemo ? demoModel : undefined);
    if (source === "platform" && model !== undefined) {
      return `${providerId}/${model}`;
    }
  }
  return null;
}

function systemPrompt(
  resources: Resources,
  run: HeldRun,
  { profile, step, tools }: { profile: AgentProfile; step: PipelineStep; tools: string[] },
): string {
  const { agent, colleagues } = profile;
  return buildSystemPrompt({
    agent: { name: agent.name, emoji: agent.emoji, role: agent.role, files: agent.files },
    colleagues,
    session: "pipeline",
    outputs: step.outputs,
    tools,
    workspace: run.workspace?.path ?? "",
    sandboxed: resources.workload.sandbox !== "none",
  });
}

function stepPrompt(run: HeldRun, execution: Execution, input: string): string {
  const { workspace, commits, row } = run;
  return buildStepPrompt({
    pipelineId: row.pipelineId,
    stepId: execution.step.id,
    attempt: execution.attempt,
    taskDescription: row.task,
    previousOutputs: execution.outputs,
    knowledge: run.knowledge,
    feedback: execution.humanContext,
    git: workspace && { branch: workspace.branch, base: workspace.base, recentCommits: commits },
    input,
  });
}

export const commandId = (run: Pick<HeldRun, "runId">, step: { stepId: string; attempt: number }) =>
  `step:${run.runId}:${step.stepId}:${step.attempt}`;

export function commitSubject(step: { stepId: string; agentSlug: string }): string {
  return step.agentSlug === "" ? `step/${step.stepId}` : `step/${step.stepId} (${step.agentSlug})`;
}

/** The command that starts the step in a workload; sending it again asks for the same work. */
export function agentStep(
  run: HeldRun,
  prepared: PreparedStep,
  step: {
    stepId: string;
    attempt: number;
    agentSlug: string;
    deadlineAt: number;
    answers: Record<string, string> | null;
  },
): CommandBody {
  const { agent } = prepared.profile;
  return {
    type: "agentStep",
    commandId: commandId(run, step),
    stepId: step.stepId,
    attempt: step.attempt,
    systemPrompt: prepared.systemPrompt,
    prompt: cleanText(prepared.prompt, 2_000_000),
    outputs: prepared.outputs,
    tools: prepared.tools,
    ...(prepared.structured ? { structured: prepared.structured } : {}),
    ...(step.answers ? { answers: step.answers } : {}),
    model: prepared.modelChoice,
    maxTurns: prepared.maxTurns,
    deadlineAt: step.deadlineAt,
    commit: {
      authorName: agent.name,
      authorEmail: `${agent.slug}@agents.djinnbot.local`,
      subject: commitSubject(step),
    },
  };
}
