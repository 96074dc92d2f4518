/** Folds events of a run into its model. Repeats change nothing, missing beginnings are made up for, restarts keep the history. */
import type { RunStatus, StepStatus } from "@djinnbot/contracts";
import { stepWordsOf, type Words, wordsOf } from "./event-words.ts";
import { applyNarration } from "./fold-narration.ts";
import {
  type ArrivedEvent,
  type AttemptModel,
  attemptKey,
  emptyAttempt,
  isOver,
  type NoticeItem,
  type RunModel,
} from "./transcript-model.ts";

/** A model that is being written: attempts are copied when first touched, so that what was shown before stays as it was. */
export type Draft = {
  seen: Set<string>;
  order: string[];
  attempts: Record<string, AttemptModel>;
  touched: Map<string, AttemptModel & { items: AttemptModel["items"][number][] }>;
  beginnings: number;
  status: RunStatus | null;
  statusAt: number;
  failure: RunModel["failure"];
  notices: NoticeItem[];
  events: ArrivedEvent[];
};

/** The model after these events; the same object when all of them were known. */
export function foldEvents(model: RunModel, arrived: readonly ArrivedEvent[]): RunModel {
  const fresh: ArrivedEvent[] = [];
  const seen = new Set(model.seen);
  for (const event of arrived) {
    if (!seen.has(event.id)) {
      seen.add(event.id);
      fresh.push(event);
    }
  }
  if (fresh.length === 0) {
    return model;
  }
  const draft: Draft = {
    ...model,
    seen,
    order: [...model.order],
    attempts: { ...model.attempts },
    touched: new Map(),
    notices: [...model.notices],
    events: [...model.events, ...fresh],
  };
  for (const event of fresh) {
    apply(draft, event);
  }
  const { touched, ...next } = draft;
  for (const [key, attempt] of touched) {
    next.attempts[key] = attempt;
  }
  return next;
}

/** The attempt an event speaks of, ready to be changed; one that was never announced is begun here. */
export function touch(draft: Draft, stepId: string, attempt: number) {
  const key = attemptKey(stepId, attempt);
  const open = draft.touched.get(key);
  if (open) {
    return open;
  }
  const known = draft.attempts[key];
  const copy = known ? { ...known, items: [...known.items] } : { ...emptyAttempt(stepId, attempt), items: [] };
  if (!known) {
    draft.order.push(key);
    draft.attempts[key] = copy;
  }
  draft.touched.set(key, copy);
  return copy;
}

function apply(draft: Draft, event: ArrivedEvent): void {
  switch (event.type) {
    case "RUN_CREATED":
      draft.beginnings += 1;
      setRunStatus(draft, event, "pending");
      draft.failure = null;
      if (draft.beginnings > 1) {
        closeOpenAttempts(draft, event.at);
        say(draft, event, { tone: "neutral", title: "Run restarted", detail: null });
      }
      return;
    case "RUN_UPDATED":
    case "RUN_STATUS_CHANGED":
      setRunStatus(draft, event, event.status);
      break;
    case "RUN_COMPLETE":
      setRunStatus(draft, event, "completed");
      closeOpenAttempts(draft, event.at);
      break;
    case "RUN_FAILED":
      setRunStatus(draft, event, "failed");
      draft.failure = event.failure;
      closeOpenAttempts(draft, event.at);
      break;
    case "RUN_CANCELLED":
      setRunStatus(draft, event, "cancelled");
      say(draft, event, { tone: "neutral", title: "Run cancelled", detail: event.reason || null });
      closeOpenAttempts(draft, event.at);
      break;
    case "RUN_DELETED":
    case "USAGE":
      return;
    default:
      if ("attempt" in event) {
        applyToStep(draft, event);
      } else {
        applyAround(draft, event);
      }
      break;
  }
}

/** What concerns the run, or whichever execution is open then. */
function applyAround(draft: Draft, event: ArrivedEvent): void {
  switch (event.type) {
    case "BRANCH_PUSHED":
      say(draft, event, {
        tone: event.status === "pushed" ? "ok" : "warn",
        title: event.status === "pushed" ? `Pushed ${event.branch}` : `The remote refused ${event.branch}`,
        detail: event.detail,
      });
      break;
    case "CONTAINER_STARTING":
      prepare(draft, event, true);
      break;
    case "CONTAINER_READY":
      prepare(draft, event, false);
      break;
    default: {
      const words = wordsOf(event);
      if (words) {
        // A budget concerns the whole run.
        (event.type.startsWith("BUDGET_") ? say : sayInStep)(draft, event, words);
      }
    }
  }
}

type StepEvent = Extract<ArrivedEvent, { attempt: number }>;

function applyToStep(draft: Draft, event: StepEvent): void {
  const attempt = touch(draft, event.stepId, event.attempt);
  switch (event.type) {
    case "STEP_QUEUED":
      attempt.agentId ??= event.agentId;
      attempt.queuedAt ??= event.at;
      advance(attempt, "queued");
      break;
    case "STEP_STARTED":
      attempt.agentId = event.agentId;
      attempt.sessionId = event.sessionId;
      attempt.model = event.model;
      attempt.startedAt ??= event.at;
      advance(attempt, "running");
      break;
    case "STEP_COMPLETE":
      attempt.outputs = event.outputs;
      attempt.summary = event.summary;
      attempt.commitHash = event.commitHash;
      end(attempt, "completed", event.at);
      break;
    case "STEP_FAILED":
      attempt.failure = event.failure;
      attempt.items.push(notice(event, { tone: "danger", title: event.failure.meaning, detail: event.error }));
      end(attempt, "failed", event.at);
      break;
    case "STEP_RETRYING":
      attempt.feedback = event.feedback;
      attempt.items.push(notice(event, { tone: "neutral", title: "Tried again", detail: null }));
      end(attempt, "retrying", event.at);
      break;
    case "STEP_CANCELLED":
      attempt.items.push(notice(event, { tone: "neutral", title: "Step cancelled", detail: event.reason || null }));
      end(attempt, "cancelled", event.at);
      break;
    case "APPROVAL_REQUESTED":
      advance(attempt, "waiting");
      tellIn(attempt, event);
      break;
    case "APPROVAL_DECIDED":
    case "COMMIT_FAILED":
    case "EGRESS_REFUSED":
    case "DELEGATION_STARTED":
    case "DELEGATION_TASK":
    case "DELEGATION_ENDED":
      tellIn(attempt, event);
      return;
    default:
      attempt.startedAt ??= event.at;
      advance(attempt, "running");
      applyNarration(attempt, event);
      break;
  }
}

function tellIn(attempt: ReturnType<typeof touch>, event: ArrivedEvent): void {
  const words = stepWordsOf(event);
  if (words) {
    attempt.items.push(notice(event, words));
  }
}

const RANK: Record<StepStatus, number> = {
  pending: 0,
  queued: 1,
  running: 2,
  waiting: 2,
  completed: 3,
  failed: 3,
  cancelled: 3,
  retrying: 4,
};

/** The later of two states of one execution: told and stored states may each be behind the other. */
export function laterStatus(a: StepStatus | null, b: StepStatus | null): StepStatus | null {
  if (a === null || b === null) {
    return a ?? b;
  }
  return RANK[b] > RANK[a] ? b : a;
}

/** Moves on, never back: a late "started" does not reopen what has ended. */
function advance(attempt: AttemptModel, status: StepStatus): void {
  attempt.status = laterStatus(attempt.status, status);
}

function end(attempt: ReturnType<typeof touch>, status: StepStatus, at: number): void {
  advance(attempt, status);
  attempt.endedAt ??= at;
  attempt.activity = null;
  for (const [index, item] of attempt.items.entries()) {
    if (item.kind === "tool" && item.state === "running") {
      attempt.items[index] = { ...item, state: "unfinished" };
    }
  }
}

function setRunStatus(draft: Draft, event: ArrivedEvent, status: RunStatus): void {
  // A later beginning always counts; otherwise the newest word does.
  if (event.at >= draft.statusAt || event.type === "RUN_CREATED") {
    draft.status = status;
    draft.statusAt = event.at;
  }
}

/** When the run is over or begins anew, nothing of before goes on. */
function closeOpenAttempts(draft: Draft, at: number): void {
  for (const key of draft.order) {
    const known = draft.touched.get(key) ?? draft.attempts[key];
    if (known && !isOver(known.status)) {
      end(touch(draft, known.stepId, known.attempt), "cancelled", at);
    }
  }
}

function notice(event: ArrivedEvent, words: Words): NoticeItem {
  return { kind: "notice", id: event.id, at: event.at, ...words };
}

function say(draft: Draft, event: ArrivedEvent, words: Words): void {
  draft.notices.push(notice(event, words));
}

/** To the execution whose session it is; before that is known, to the one that is about to run; else to the run. */
function sayInStep(draft: Draft, event: ArrivedEvent, words: Words): void {
  const attempt = openAttempt(draft, "sessionId" in event ? event.sessionId : null);
  if (attempt) {
    attempt.items.push(notice(event, words));
  } else {
    say(draft, event, words);
  }
}

function openAttempt(draft: Draft, sessionId: string | null): ReturnType<typeof touch> | null {
  const attempts = draft.order.map((key) => draft.touched.get(key) ?? draft.attempts[key]);
  const own = attempts.findLast((attempt) => sessionId !== null && attempt?.sessionId === sessionId);
  const target = own ?? attempts.findLast((attempt) => attempt !== undefined && !isOver(attempt.status));
  return target ? touch(draft, target.stepId, target.attempt) : null;
}

/** Told where it is done: in the step that runs, or, before one does, by the state of the run alone. */
function prepare(draft: Draft, event: Extract<ArrivedEvent, { sessionId: string; detail: unknown }>, begins: boolean) {
  const title = begins ? "Preparing the workspace" : "The workspace is ready";
  const open = openAttempt(draft, event.sessionId);
  if (open) {
    open.items.push(notice(event, { tone: "neutral", title, detail: null }));
  }
  if (open?.endedAt === null) {
    open.activity = begins ? { state: "preparing", toolName: null } : null;
  }
}
