/** The steps of a run in order, each execution one entry: what is stored and what was told meanwhile, laid over each other. */
import type { Failure, PlannedStep, RunDetail, RunStatus, Step, StepKind, StepStatus } from "@djinnbot/contracts";
import { laterStatus } from "./fold-events.ts";
import { type AttemptModel, attemptKey, emptyAttempt, isOver, type RunModel } from "./transcript-model.ts";

export type TimelineEntry = {
  key: string;
  stepId: string;
  attempt: number;
  /** Slug or name of the agent. */
  agent: string;
  emoji: string | null;
  status: StepStatus;
  model: string | null;
  startedAt: number | null;
  endedAt: number | null;
  queuedAt: number | null;
  costMicros: number;
  inputTokens: number;
  outputTokens: number;
  summary: string | null;
  outputs: Readonly<Record<string, string>>;
  /** Names of the outputs that the step must hand over, where the run's plan is known. */
  declared: readonly string[];
  commitHash: string | null;
  commitMessage: string | null;
  failure: Failure | null;
  error: string | null;
  /** Why this execution exists beyond the first: feedback of the one before, or what a person added. */
  note: string | null;
  activity: AttemptModel["activity"];
  /** The run has not come to it. */
  planned: boolean;
};

/** Every execution known from the rows or the events, in the order in which they came to be; then the steps to come. */
export function buildTimeline(
  steps: readonly Step[],
  model: RunModel,
  plan: readonly PlannedStep[] = [],
): TimelineEntry[] {
  const entries = steps.map((step) => merged(step, model.attempts[attemptKey(step.stepId, step.attempt)]));
  const stored = new Set(entries.map((entry) => entry.key));
  for (const key of model.order) {
    const told = model.attempts[key];
    if (told && !stored.has(key)) {
      entries.push(onlyTold(told));
    }
  }
  const begun = new Set(entries.map((entry) => entry.stepId));
  const declared = new Map(plan.map(({ stepId, outputs }) => [stepId, outputs]));
  const known = entries.map((entry) => ({ ...entry, declared: declared.get(entry.stepId) ?? [] }));
  return [...known, ...plan.filter(({ stepId }) => !begun.has(stepId)).map(toCome)];
}

/** Who does a step that no agent does. */
const DOERS: Record<StepKind, string | null> = { agent: null, approval: "A person", parallel: "Branches" };

function toCome({ stepId, agentId, kind, outputs }: PlannedStep): TimelineEntry {
  const nothing = onlyTold(emptyAttempt(stepId, 1));
  return { ...nothing, agent: DOERS[kind] ?? agentId, declared: outputs, planned: true };
}

function merged(step: Step, told: AttemptModel | undefined): TimelineEntry {
  const status = laterStatus(step.status, told?.status ?? null) ?? step.status;
  return {
    key: attemptKey(step.stepId, step.attempt),
    stepId: step.stepId,
    attempt: step.attempt,
    agent: DOERS[step.kind] ?? step.agentName ?? step.agentId,
    emoji: step.agentEmoji,
    status,
    model: step.modelUsed ?? told?.model ?? null,
    startedAt: step.startedAt ?? told?.startedAt ?? null,
    endedAt: step.completedAt ?? told?.endedAt ?? null,
    queuedAt: step.queuedAt ?? told?.queuedAt ?? null,
    costMicros: step.costMicros,
    inputTokens: step.inputTokens,
    outputTokens: step.outputTokens,
    summary: step.summary ?? told?.summary ?? null,
    outputs: Object.keys(step.outputs).length > 0 ? step.outputs : (told?.outputs ?? {}),
    declared: [],
    commitHash: step.commitHash ?? told?.commitHash ?? null,
    commitMessage: step.commitMessage,
    failure: step.failure ?? told?.failure ?? null,
    error: step.error,
    note: step.humanContext,
    activity: isOver(status) ? null : (told?.activity ?? null),
    planned: false,
  };
}

function onlyTold(told: AttemptModel): TimelineEntry {
  return {
    key: told.key,
    stepId: told.stepId,
    attempt: told.attempt,
    agent: told.agentId ?? "",
    emoji: null,
    status: told.status ?? "pending",
    model: told.model,
    startedAt: told.startedAt,
    endedAt: told.endedAt,
    queuedAt: told.queuedAt,
    costMicros: 0,
    inputTokens: 0,
    outputTokens: 0,
    summary: told.summary,
    outputs: told.outputs,
    declared: [],
    commitHash: told.commitHash,
    commitMessage: null,
    failure: told.failure,
    error: told.failure?.message ?? null,
    note: null,
    activity: told.activity,
    planned: false,
  };
}

/** The execution to look at when the address names none: what runs, else what failed last, else the last one. */
export function defaultEntry(timeline: readonly TimelineEntry[], status: RunStatus): TimelineEntry | null {
  const running = timeline.findLast((entry) => !isOver(entry.status) && entry.status !== "pending");
  const failed = status === "failed" ? timeline.findLast((entry) => entry.status === "failed") : undefined;
  return running ?? failed ?? timeline.findLast((entry) => !entry.planned) ?? null;
}

/** The execution an address such as `FIX.2` means; `FIX` alone means its latest. */
export function findEntry(timeline: readonly TimelineEntry[], address: string | null): TimelineEntry | null {
  if (address === null) {
    return null;
  }
  return (
    timeline.find((entry) => entry.key === address) ?? timeline.findLast((entry) => entry.stepId === address) ?? null
  );
}

/** The state to show: what an event said later than the row was written, else the row's. */
export function liveStatus(run: Pick<RunDetail, "status" | "updatedAt">, model: RunModel): RunStatus {
  return model.status !== null && model.statusAt > run.updatedAt ? model.status : run.status;
}
