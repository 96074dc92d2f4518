/** An agent delegates: rows only. The engine starts the executors when the agent's step waits for them. */
import {
  type DelegationKind,
  type delegations,
  Fault,
  isTerminal,
  kindOf,
  maxDelegatedTasks,
  newId,
  RunStatus,
} from "@djinnbot/contracts";
import type { Tx } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { Actor, Ctx, VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { lockRunOrFault, type RunRow, type StepRow } from "../run/queries.ts";
import { graphProblem, wavesOf } from "./graph.ts";

/** Key of the task that compares approaches. */
const evaluationKey = "evaluation";
const evaluationSeconds = 300;

interface NewTask {
  key: string;
  title: string;
  prompt: string;
  dependencies: string[];
  evaluation?: boolean;
  model: string | null;
  timeoutSeconds: number;
  projectId: string | null;
  taskId: string | null;
}
interface Wanted {
  kind: DelegationKind;
  agentId: string | undefined;
  deviationRules: string;
  maxConcurrent: number;
  criteria: string | null;
  globalTimeoutSeconds: number | null;
  tasks: NewTask[];
}

export async function spawnExecutor({ ctx, input }: VerbArgs<typeof delegations.spawn>) {
  const prompt = input.executionPrompt;
  const model = input.modelOverride ?? null;
  const { id, runIds } = await delegate(ctx, {
    kind: "executor",
    agentId: input.agentId,
    deviationRules: input.deviationRules,
    maxConcurrent: 1,
    criteria: null,
    // Its step has a timeout; waiting for a place is not the executor's fault.
    globalTimeoutSeconds: null,
    tasks: [
      {
        ...{ key: "task", title: titleOf(prompt), prompt, dependencies: [], model },
        timeoutSeconds: input.timeoutSeconds,
        projectId: input.projectId ?? null,
        taskId: input.taskId ?? null,
      },
    ],
  });
  const runId = runIds.task ?? "";
  return { delegationId: id, runId, status: "dispatched" as const, pipelineId: "execute", model };
}

/** BAD_REQUEST when the dependencies are not a graph without circles. */
export async function startSwarm({ ctx, input }: VerbArgs<typeof delegations.swarm>) {
  const problem = graphProblem(input.tasks);
  if (problem !== null) {
    throw new Fault("BAD_REQUEST", problem);
  }
  const { id, runId } = await delegate(ctx, {
    kind: "swarm",
    agentId: input.agentId,
    deviationRules: input.deviationRules,
    maxConcurrent: input.maxConcurrent,
    criteria: null,
    globalTimeoutSeconds: input.globalTimeoutSeconds,
    tasks: input.tasks.map(({ executionPrompt, model, projectId, taskId, ...task }) => ({
      ...task,
      prompt: executionPrompt,
      model: model ?? null,
      projectId: projectId ?? null,
      taskId: taskId ?? null,
    })),
  });
  const waves = wavesOf(input.tasks);
  return {
    swarmId: id,
    status: "dispatched" as const,
    totalTasks: input.tasks.length,
    maxConcurrent: input.maxConcurrent,
    rootTasks: waves[0] ?? [],
    maxDepth: waves.length,
    progressChannel: `/v1/events/stream/${runId}`,
  };
}

export async function tryApproaches({ ctx, input }: VerbArgs<typeof delegations.tryApproaches>) {
  const { approaches } = input;
  const problem = graphProblem(approaches.map(({ key }) => ({ key, dependencies: [] })));
  if (problem !== null || approaches.some(({ key }) => key === evaluationKey)) {
    throw new Fault("BAD_REQUEST", problem ?? `No approach can have the key ${evaluationKey}: choose another.`);
  }
  const reference = { projectId: null, taskId: null };
  const tasks = approaches.map(({ executionPrompt, model, ...approach }) => ({
    ...{ ...approach, ...reference, prompt: executionPrompt, model: model ?? null, dependencies: [] },
  }));
  const evaluation = {
    ...{ key: evaluationKey, title: "Compare the approaches", prompt: input.evaluationCriteria, evaluation: true },
    ...{ dependencies: tasks.map(({ key }) => key), model: input.evaluationModel ?? null, ...reference },
    timeoutSeconds: evaluationSeconds,
  };
  const { id, runId, runIds } = await delegate(ctx, {
    kind: "approaches",
    agentId: input.agentId,
    deviationRules: input.deviationRules,
    maxConcurrent: approaches.length,
    criteria: input.evaluationCriteria,
    globalTimeoutSeconds: input.globalTimeoutSeconds,
    tasks: [...tasks, evaluation],
  });
  const { [evaluationKey]: _, ...approachRunIds } = runIds;
  return {
    speculationId: id,
    approachCount: approaches.length,
    approachRunIds,
    approachBranches: Object.fromEntries(Object.entries(approachRunIds).map(([key, run]) => [key, `run/${run}`])),
    baseBranch: `run/${runId}`,
    dispatched: true,
  };
}

/**
 * FORBIDDEN for anybody but the agent of a run, and for executors; CONFLICT when its step does not run (any more), or when the run has
 * delegated too much; BAD_REQUEST when the wanted agent is not there.
 */
async function delegate(
  ctx: Ctx,
  wanted: Wanted,
): Promise<{ id: string; runId: string; runIds: Record<string, string> }> {
  guard(ctx, "delegate");
  const { actor } = ctx;
  if (actor.kind !== "run") {
    throw new Fault("FORBIDDEN", "Only the agent of a run can delegate, with the key of its session.");
  }
  return change(ctx, async (tx, messages) => {
    const run = await lockRunOrFault(tx, actor.runId);
    const step = await runningStep(tx, run, actor);
    await refuseMore(tx, run, wanted.tasks.length);
    const agent = await findAgent(tx, wanted.agentId, step);
    const id = newId("delegation");
    const now = ctx.now();
    const { kind, criteria, deviationRules, maxConcurrent, globalTimeoutSeconds } = wanted;
    const tasks = wanted.tasks.map((task, position) => ({ ...task, position, runId: newId("run") }));
    await tx.delegation.create({
      data: {
        ...{ id, runId: run.id, stepRow: step.id, stepId: step.stepId, attempt: step.attempt },
        ...{ agent, kind, maxConcurrent, criteria, deviationRules, createdAt: now, updatedAt: now },
        deadlineAt: globalTimeoutSeconds === null ? null : now + globalTimeoutSeconds * 1000,
      },
    });
    await tx.delegationTask.createMany({ data: tasks.map((task) => ({ ...task, delegationId: id })) });
    const detail = { kind, stepId: step.stepId, tasks: tasks.length };
    await audit(tx, ctx, { action: "delegation.create", entity: "run", entityId: run.id, detail });
    messages.push(
      await outbox(tx, ctx, ["run"], {
        type: "DELEGATION_STARTED",
        runId: run.id,
        stepId: step.stepId,
        attempt: step.attempt,
        delegationId: id,
        kind,
        tasks: tasks.length,
      }),
    );
    return { id, runId: run.id, runIds: Object.fromEntries(tasks.map((task) => [task.key, task.runId])) };
  });
}

async function runningStep(tx: Tx, run: RunRow, actor: Extract<Actor, { kind: "run" }>): Promise<StepRow> {
  const step = await tx.step.findFirst({ where: { runId: run.id, sessionId: actor.sessionId, status: "running" } });
  if (!step || isTerminal(RunStatus.parse(run.status)) || run.cancelRequestedAt !== null) {
    throw new Fault("CONFLICT", "No step of this session runs now, so nothing could wait for the result.");
  }
  return step;
}

async function refuseMore(tx: Tx, run: RunRow, more: number): Promise<void> {
  if (kindOf(run) === "executor") {
    throw new Fault(
      "FORBIDDEN",
      "An executor cannot delegate further: do the work, or say in your summary what is left.",
    );
  }
  const there = await tx.delegationTask.count({ where: { delegation: { runId: run.id } } });
  if (there + more > maxDelegatedTasks) {
    throw new Fault(
      "CONFLICT",
      `The run has delegated ${there} tasks; at most ${maxDelegatedTasks} belong to one run.`,
    );
  }
}

async function findAgent(tx: Tx, wanted: string | undefined, step: StepRow): Promise<string> {
  if (wanted === undefined) {
    return step.agentId;
  }
  const agent = await tx.agent.findFirst({ where: { OR: [{ id: wanted }, { slug: wanted }], status: "active" } });
  if (!agent) {
    throw new Fault("BAD_REQUEST", `There is no active agent ${wanted} here.`);
  }
  return agent.slug;
}

/** The first line, shortened. */
function titleOf(prompt: string): string {
  const line =
    prompt
      .trim()
      .split("\n", 1)[0]
      ?.replace(/^#+\s*/, "") ?? "";
  return line.length > 120 ? `${line.slice(0, 119)}…` : line || "Task";
}
