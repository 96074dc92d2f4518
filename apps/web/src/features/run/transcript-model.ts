/** What a run's page knows from its events: attempts of steps with what was said and done in each, and facts about the run. */
import type { Failure, RunEvent, RunStatus, StepStatus } from "@djinnbot/contracts";
import type { TextBlock } from "./split-text.ts";

/** An event as it arrives; history adds the id it has on the stream. */
export type ArrivedEvent = RunEvent & { streamId?: string };

export type ToolState = "running" | "done" | "error" | "unfinished";
export type TextItem = { kind: "text"; id: string; at: number } & TextBlock;
export type ThinkingItem = { kind: "thinking"; id: string; at: number; endedAt: number; text: string };
export type ToolItem = {
  kind: "tool";
  id: string;
  at: number;
  callId: string;
  name: string;
  /** JSON as the runtime told it; null when the beginning was never seen. */
  args: string | null;
  result: string | null;
  state: ToolState;
  durationMs: number | null;
};
export type FileItem = {
  kind: "file";
  id: string;
  at: number;
  path: string;
  action: "create" | "modify" | "delete";
  size: number | null;
};
export type RetryItem = { kind: "retry"; id: string; at: number; error: string; waitMs: number; tries: number };
export type CompactionItem = {
  kind: "compaction";
  id: string;
  at: number;
  beforeTokens: number;
  afterTokens: number;
  contextWindow: number;
  reason: "window" | "refused";
  /** What took the place of the earlier turns; null when shortening was enough. */
  summary: string | null;
};
type NoticeTone = "neutral" | "ok" | "warn" | "danger";
export type NoticeItem = {
  kind: "notice";
  id: string;
  at: number;
  tone: NoticeTone;
  title: string;
  detail: string | null;
  /** Where it is changed. */
  link?: { href: string; label: string };
};
export type TranscriptItem = TextItem | ThinkingItem | ToolItem | FileItem | RetryItem | CompactionItem | NoticeItem;

/** One execution of a step as its events tell it. */
export type AttemptModel = {
  key: string;
  stepId: string;
  attempt: number;
  agentId: string | null;
  sessionId: string | null;
  model: string | null;
  /** Null while no event has said it. */
  status: StepStatus | null;
  queuedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  outputs: Readonly<Record<string, string>>;
  summary: string | null;
  commitHash: string | null;
  failure: Failure | null;
  /** Why it is done again: told by the event that announced the next attempt. */
  feedback: string | null;
  activity: {
    state: "preparing" | "thinking" | "streaming" | "tool_calling" | "idle";
    toolName: string | null;
  } | null;
  items: readonly TranscriptItem[];
};

export type RunModel = {
  /** Ids of the events that were taken in: a repeat changes nothing. */
  seen: ReadonlySet<string>;
  /** Keys of `attempts` in the order in which they were first heard of. */
  order: readonly string[];
  attempts: Readonly<Record<string, AttemptModel>>;
  /** How often the run began: 1, and one more for every restart. */
  beginnings: number;
  status: RunStatus | null;
  statusAt: number;
  failure: Failure | null;
  /** What concerns the run but no step. */
  notices: readonly NoticeItem[];
  /** Every event in order, for the raw view. */
  events: readonly ArrivedEvent[];
};

export const emptyRun: RunModel = {
  seen: new Set(),
  order: [],
  attempts: {},
  beginnings: 0,
  status: null,
  statusAt: 0,
  failure: null,
  notices: [],
  events: [],
};

/** The address of one execution of a step, as it stands in the URL: `FIX.2`. */
export function attemptKey(stepId: string, attempt: number): string {
  return `${stepId}.${attempt}`;
}

const OPEN: readonly (StepStatus | null)[] = [null, "pending", "queued", "running", "waiting"];

/** Whether nothing more is expected of an execution. */
export function isOver(status: StepStatus | null): boolean {
  return !OPEN.includes(status);
}

/** An execution of which nothing is known yet. */
export function emptyAttempt(stepId: string, attempt: number): AttemptModel {
  return {
    key: attemptKey(stepId, attempt),
    stepId,
    attempt,
    agentId: null,
    sessionId: null,
    model: null,
    status: null,
    queuedAt: null,
    startedAt: null,
    endedAt: null,
    outputs: {},
    summary: null,
    commitHash: null,
    failure: null,
    feedback: null,
    activity: null,
    items: [],
  };
}
