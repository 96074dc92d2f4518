/** Everything about one execution that is settled before it starts: agent, model, limits and the command for the runtime. */
import {
  type AgentStep,
  type AgentStepCommand,
  delegationTools,
  isAgentStep,
  kindOf,
  type PipelineStep,
  pipelineFallbacks,
} from "@djinnbot/contracts";
import type { AgentProfile } from "@djinnbot/core";
import { innermost, type Loops, loopValues, renderTemplate, resolveStep } from "@djinnbot/core/pipeline-language";
import { buildStepPrompt, buildSystemPrompt } from "@djinnbot/core/prompt";
import type { CommandBody } from "../held/channel.ts";
import type { HeldRun } from "../held/held-run.ts";
import type { Resources } from "../held/resources.ts";
import { StepFault } from "../lib/errors.ts";
import { cleanText } from "../lib/text.ts";
import { chooseModel } from "./choose-model.ts";

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
  const { settings } = await resources.lookup.settings(run.tenantId);
  const resolved = resolveStep(run.document, step, {
    timeoutSeconds: profile.config.timeout ?? settings.defaultStepTimeoutSec,
    maxRetries: profile.config.maxRetries ?? pipelineFallbacks.maxRetries,
  });
  // Structured output is one answer: an agent that can only end the step.
  const tools = step.outputSchema
    ? ending
    : toolsOf(run, resolved.tools.length > 0 ? resolved.tools : profile.config.tools);
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
  const isExecutor = kindOf(run.row) === "executor";
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
    proxied: resources.workload.network === "door",
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
