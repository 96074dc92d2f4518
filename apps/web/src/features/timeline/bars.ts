/** What happened when in a run: a bar for each execution, branch and executor on one axis. Pure. */
import type { Delegation, LlmCall, RunDetail } from "@djinnbot/contracts";

export interface Bar {
  id: string;
  label: string;
  /** What tells it from others of its name: attempt, item of a loop, agent. */
  detail: string | null;
  /** 1 for what belongs to the row above. */
  depth: 0 | 1;
  status: string;
  queuedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  costMicros: number;
  inputTokens: number | null;
  outputTokens: number | null;
  /** Key of the execution on this page, or the run to open. */
  open: { step: string } | { run: string };
}
export interface Axis {
  from: number;
  to: number;
  /** Distances from the beginning (ms) at which a line is drawn. */
  ticks: number[];
}

/** How this page names an execution. */
export interface Execution {
  key: string;
  /** `round 2`, `attempt 2`; empty for the first. */
  turn: string;
}

/** Executions in their order, each followed by the branches it started or the tasks it delegated. */
export function barsOf(
  run: RunDetail,
  delegations: readonly Delegation[],
  executionOf: (stepId: string, attempt: number) => Execution,
): Bar[] {
  return run.steps.flatMap((step): Bar[] => {
    const { stepId, attempt, status, queuedAt, completedAt, costMicros, inputTokens, outputTokens } = step;
    const { key, turn } = executionOf(stepId, attempt);
    // Nobody begins what no agent does: it waits from the moment it is reached.
    const startedAt = step.startedAt ?? (step.kind === "agent" ? null : queuedAt);
    const own: Bar = {
      ...{
        id: step.id,
        label: stepId,
        detail: detailOf(step, turn),
        depth: 0,
        status,
        queuedAt,
        startedAt,
        endedAt: completedAt,
      },
      ...{ costMicros, inputTokens, outputTokens, open: { step: key } },
    };
    return [own, ...branchBars(run, step.id), ...delegations.flatMap((one) => taskBars(one, step))];
  });
}

function detailOf({ inputs, agentName }: RunDetail["steps"][number], turn: string): string | null {
  const loop = inputs.loop as { item?: unknown; index?: unknown } | undefined;
  const parts = [
    agentName,
    turn === "" ? null : turn,
    typeof loop?.item === "string" ? `item ${Number(loop.index) + 1}: ${loop.item}` : null,
  ];
  return parts.filter((part) => part !== null).join(" · ") || null;
}

function branchBars(run: RunDetail, parentStep: string): Bar[] {
  return run.branches
    .filter((branch) => branch.parentStep === parentStep)
    .map((branch) => ({
      ...{ id: branch.runId, label: branch.branch, detail: "branch", depth: 1, status: branch.status, queuedAt: null },
      ...{ startedAt: branch.startedAt, endedAt: branch.completedAt, costMicros: branch.costMicros },
      ...{ inputTokens: branch.inputTokens, outputTokens: branch.outputTokens, open: { run: branch.runId } },
    }));
}

function taskBars(delegation: Delegation, step: RunDetail["steps"][number]): Bar[] {
  return delegation.stepId !== step.stepId || delegation.attempt !== step.attempt
    ? []
    : delegation.tasks.map((task) => ({
        ...{ id: task.runId, label: task.title, detail: "executor", depth: 1, status: task.status },
        ...{ queuedAt: delegation.createdAt, startedAt: task.workStartedAt },
        endedAt: task.workCompletedAt ?? task.completedAt,
        ...{ costMicros: task.costMicros, inputTokens: null, outputTokens: null, open: { run: task.runId } },
      }));
}

export interface Span {
  from: number;
  to: number;
}

/** The part of an execution's time in which its model was at work; what is left are tools, and waiting. */
export function modelSpans(bar: Bar, calls: readonly Pick<LlmCall, "stepId" | "createdAt" | "durationMs">[]): Span[] {
  const { open, label, startedAt, endedAt } = bar;
  if (!("step" in open) || startedAt === null) {
    return [];
  }
  const end = endedAt ?? Number.POSITIVE_INFINITY;
  return calls
    .filter(({ stepId, createdAt }) => stepId === label && createdAt >= startedAt && createdAt <= end)
    .map(({ createdAt, durationMs }) => ({ from: Math.max(startedAt, createdAt - (durationMs ?? 0)), to: createdAt }));
}

/** From the first thing that happened to the last, or to now while the run goes on. Null before anything did. */
export function axisOf(bars: readonly Bar[], now: number | null): Axis | null {
  const times = bars
    .flatMap(({ queuedAt, startedAt, endedAt }) => [queuedAt, startedAt, endedAt])
    .filter((at) => at !== null);
  if (times.length === 0) {
    return null;
  }
  const from = Math.min(...times);
  const open = bars.some(
    ({ startedAt, endedAt, status }) => endedAt === null && (startedAt !== null || status === "waiting"),
  );
  const to = Math.max(from + 1000, ...times, ...(open && now !== null ? [now] : []));
  return { from, to, ticks: ticksOf(to - from) };
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800].map(
  (s) => s * 1000,
);

/** At most five, at round distances, none at the very beginning. */
function ticksOf(length: number): number[] {
  const step = steps.find((one) => length / one <= 5) ?? length / 5;
  return Array.from({ length: Math.floor(length / step) }, (_, index) => (index + 1) * step);
}

/** Percent of the axis. */
export function place({ from, to }: Axis, at: number): number {
  return Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100));
}
