/** What an engine knows about a run it holds. Postgres is the truth; this only saves reading it again between two steps. */
import type { Log } from "@djinnbot/config";
import {
  type Knowledge,
  type PipelineDocument,
  type RunEventBody,
  readKnowledge,
  runRequestId,
  type StepKind,
} from "@djinnbot/contracts";
import type { AgentProfile } from "@djinnbot/core";
import type { OutboxStream } from "@djinnbot/core/outbox";
import { outboxMessage } from "@djinnbot/core/outbox";
import type { LoopState } from "@djinnbot/core/pipeline-language";
import type { LoadedRun, RunRow, StepRow } from "../store/rows.ts";
import type { PreparedWorkspace } from "../workspace/workspace.ts";
import type { ServerWait } from "./server-wait.ts";

export interface HeldSession {
  id: string;
  /** Slug, for comparing with steps, and id. */
  agentSlug: string;
  agentId: string;
  /** Name of the workload. */
  name: string;
  /** Epoch ms. */
  openedAt: number;
}
/** The execution that is queued or running now, or that waits for a person or for branches. */
export interface OpenStep {
  id: string;
  stepId: string;
  attempt: number;
  kind: StepKind;
  sequence: number;
  /** Empty when no agent does the step. */
  agentSlug: string;
  status: "queued" | "running" | "waiting";
  retryCount: number;
  maxRetries: number;
  humanContext: string | null;
  sessionId: string | null;
  queuedAt: number | null;
  /** When it began first: one that was paused or has waited begins again later. */
  startedAt: number | null;
  deadlineAt: number | null;
  /** Newest commit on its behalf, when it has waited for executors. */
  commitHash: string | null;
}
/** Why the last step that failed did so: what `onFailure` routes can read. */
export interface LastFailure {
  stepId: string;
  code: string;
  message: string;
}
export interface HeldRun {
  readonly tenantId: string;
  readonly runId: string;
  readonly epoch: number;
  readonly requestId: string;
  readonly log: Log;
  /** Aborted when the run is cancelled or let go of: whatever waits for a server outside must not hold it. */
  readonly stop: AbortSignal;
  readonly server: ServerWait;
  row: RunRow;
  document: PipelineDocument;
  step: OpenStep | null;
  session: HeldSession | null;
  workspace: PreparedWorkspace | null;
  commits: string[];
  /** What completed steps shared with those that come after. */
  knowledge: Knowledge[];
  outputs: Record<string, string>;
  loops: Map<string, LoopState>;
  /** By slug, as they were when the run came to them first. */
  agents: Map<string, AgentProfile>;
  lastFailure: LastFailure | null;
  /** Highest sequence number and highest attempt per step of all executions. */
  sequence: number;
  attempts: Map<string, number>;
  /** Executions and completed step ids since the run was (re)started. */
  executions: number;
  completed: Set<string>;
  /** It was restarted from its first step: the working copy of its earlier life must go. */
  again: boolean;
  /** Last entry of the status stream that is recorded. */
  cursor: string;
}

export function heldRun(options: {
  loaded: LoadedRun;
  document: PipelineDocument;
  epoch: number;
  log: Log;
  stop: AbortSignal;
  server: ServerWait;
}): HeldRun {
  const { loaded, document, epoch, log, stop, server } = options;
  const { run, steps } = loaded;
  const attempts = new Map<string, number>();
  for (const step of steps) {
    attempts.set(step.stepId, Math.max(step.attempt, attempts.get(step.stepId) ?? 0));
  }
  // Steps since the run was (re)started from its beginning; earlier ones are history.
  const { startedAt } = run;
  const life = steps.filter((step) => (startedAt === null ? isOpen(step) : (step.startedAt ?? startedAt) >= startedAt));
  return {
    tenantId: run.tenantId,
    runId: run.id,
    epoch,
    requestId: runRequestId(run.id),
    log,
    stop,
    server,
    row: run,
    document,
    step: openStep(steps),
    session: null,
    workspace: null,
    commits: [],
    knowledge: life.flatMap((step) => (step.status === "completed" ? readKnowledge(step.summary) : [])),
    outputs: Object.fromEntries(loaded.outputs.map(({ key, value }) => [key, value])),
    loops: new Map(loaded.loops.map((loop) => [loop.stepId, loop])),
    agents: new Map(loaded.agents.map(({ slug, profile }) => [slug, profile as AgentProfile])),
    lastFailure: lastFailure(life),
    sequence: steps.at(-1)?.sequence ?? 0,
    attempts,
    executions: life.length,
    completed: new Set(life.filter((step) => step.status === "completed").map((step) => step.stepId)),
    again: startedAt === null && steps.some((step) => !isOpen(step)),
    cursor: run.statusCursor,
  };
}

const isOpen = (step: StepRow) => step.status === "queued" || step.status === "running" || step.status === "waiting";

function lastFailure(steps: readonly StepRow[]): LastFailure | null {
  const failed = steps.findLast((step) => step.status === "failed");
  return failed
    ? { stepId: failed.stepId, code: failed.failureCode ?? "ENGINE_ERROR", message: failed.error ?? "" }
    : null;
}

function openStep(steps: readonly StepRow[]): OpenStep | null {
  const last = steps.findLast(isOpen);
  return last
    ? {
        ...last,
        agentSlug: last.agentId,
        status: last.status === "running" || last.status === "waiting" ? last.status : "queued",
      }
    : null;
}

/** A message about the run with its envelope. Step events go to the run and the tenant, facts about the run also to all engines. */
export function runEvent(run: Pick<HeldRun, "tenantId" | "requestId">, body: RunEventBody) {
  const streams: OutboxStream[] = body.type.startsWith("RUN_") ? ["run", "tenant", "global"] : streamsOf(body.type);
  return outboxMessage(run, streams, body);
}

function streamsOf(type: string): OutboxStream[] {
  return /^(STEP|APPROVAL)_/.test(type) ? ["run", "tenant"] : ["run"];
}
