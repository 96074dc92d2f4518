/** The steps of a run in order, each execution one entry: what is stored and what was told meanwhile, laid over each other. */
import type { Failure, PlannedStep, RunDetail, RunStatus, Step, StepKind, StepStatus } from "@djinnbot/contracts";
import { laterStatus } from "./fold-events.ts";
import { type AttemptModel, attemptKey, emptyAttempt, isOver, type RunModel } from "./transcript-model.ts";

export type TimelineEntry = {
  key: string;
  stepId: string;
  attempt: number;
  kind: StepKind;
  /** Counts from 1: an execution after a completed one is a new round, one after a failed one a further try. */
  round: number;
  tries: number;
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
  /** The result that chose the way on, where the pipeline tells results apart. */
  outcome: string | null;
  commitHash: string | null;
  commitMessage: string | null;
  failure: Failure | null;
  error: string | null;
  /** Why this execution exists beyond the first: feedback of a review, or what a person added. */
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
  const retried = retriedRows(steps);
  const entries = steps.map((step) =>
    merged(
      retried.has(step.id) ? { ...step, status: "retrying" } : step,
      model.attempts[attemptKey(step.stepId, step.attempt)],
    ),
  );
  const stored = new Set(entries.map((entry) => entry.key));
  for (const key of model.order) {
    const told = model.attempts[key];
    if (told && !stored.has(key)) {
      entries.push(onlyTold(told));
    }
  }
  const begun = new Set(entries.map((entry) => entry.stepId));
  const planned = new Map(plan.map((step) => [step.stepId, step]));
  const done = withTurns(entries).map((entry) => {
    const { results = [], outputs = [] } = planned.get(entry.stepId) ?? {};
    const outcome = entry.status === "completed" ? outcomeOf(entry.outputs, results) : null;
    return { ...entry, outcome, declared: outputs };
  });
  return [...done, ...plan.filter(({ stepId }) => !begun.has(stepId)).map(toCome)];
}

/** Which execution of its step each one is; a failed one that was tried again says so. */
function withTurns(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const latest = new Map<string, TimelineEntry>();
  return entries.map((entry) => {
    const before = latest.get(entry.stepId);
    const turn =
      before === undefined
        ? { round: 1, tries: 1 }
        : before.status === "completed"
          ? { round: before.round + 1, tries: 1 }
          : { round: before.round, tries: before.tries + 1 };
    const next = { ...entry, ...turn };
    latest.set(entry.stepId, next);
    return next;
  });
}

/** `round 2`, `attempt 2`, or both; empty for the first execution of a step. */
export function turnWords({ round, tries }: Pick<TimelineEntry, "round" | "tries">): string {
  return [round > 1 ? `round ${round}` : null, tries > 1 ? `attempt ${tries}` : null]
    .filter((part) => part !== null)
    .join(", ");
}

/** The first of the step's results that one of its outputs is, as the engine chooses its way. */
function outcomeOf(outputs: TimelineEntry["outputs"], results: readonly string[]): string | null {
  const plain = (text: string) => text.trim().toUpperCase();
  const values = new Set(Object.values(outputs).map(plain));
  const found = results.find((result) => values.has(plain(result)));
  return found === undefined ? null : found.replaceAll("_", " ").toLowerCase();
}

/** Rows of failed executions after which the step was tried again. */
function retriedRows(steps: readonly Step[]): ReadonlySet<string> {
  const latest = new Map<string, Step>();
  const retried = new Set<string>();
  for (const step of steps) {
    const before = latest.get(step.stepId);
    if (step.retryCount > 0 && before?.status === "failed") {
      retried.add(before.id);
    }
    latest.set(step.stepId, step);
  }
  return retried;
}

/** Who does a step that no agent does. */
const DOERS: Record<StepKind, string | null> = { agent: null, approval: "A person", parallel: "Branches" };

function toCome({ stepId, agentId, kind, outputs }: PlannedStep): TimelineEntry {
  const nothing = onlyTold(emptyAttempt(stepId, 1));
  return { ...nothing, kind, agent: DOERS[kind] ?? agentId, declared: outputs, planned: true };
}

/** How the engine begins what it tells the agent of a further attempt; the reason stands at the attempt that failed. */
const FOR_THE_MODEL = "[RETRY ";

function merged(step: Step, told: AttemptModel | undefined): TimelineEntry {
  const status = laterStatus(step.status, told?.status ?? null) ?? step.status;
  return {
    key: attemptKey(step.stepId, step.attempt),
    stepId: step.stepId,
    attempt: step.attempt,
    kind: step.kind,
    round: 1,
    tries: 1,
    outcome: null,
    agent: DOERS[step.kind] ?? step.agentName ?? step.agentId,
    emoji: step.agentEmoji,
    status,
    model: step.modelUsed ?? told?.model ?? null,
    // Nobody begins what no agent does: it waits from the moment it is reached.
    startedAt: step.startedAt ?? told?.startedAt ?? (step.kind === "agent" ? null : step.queuedAt),
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
    note: step.humanContext?.startsWith(FOR_THE_MODEL) ? null : step.humanContext,
    activity: isOver(status) ? null : (told?.activity ?? null),
    planned: false,
  };
}

function onlyTold(told: AttemptModel): TimelineEntry {
  return {
    key: told.key,
    stepId: told.stepId,
    attempt: told.attempt,
    kind: "agent",
    round: 1,
    tries: 1,
    outcome: null,
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
