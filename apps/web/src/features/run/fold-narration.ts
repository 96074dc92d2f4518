/** Folds what the runtime tells while it works into the transcript of one execution. */
import type { ArrivedEvent, AttemptModel, TranscriptItem } from "./transcript-model.ts";

type Narration = Extract<
  ArrivedEvent,
  {
    type:
      | "STEP_OUTPUT"
      | "STEP_THINKING"
      | "AGENT_STATE"
      | "TOOL_CALL_START"
      | "TOOL_CALL_END"
      | "FILE_CHANGED"
      | "MODEL_RETRY";
  }
>;
type Writable = AttemptModel & { items: TranscriptItem[] };

/** A block of text that has grown beyond this (characters) is continued in a new one: blocks are what the page draws. */
const BLOCK_CHARS = 6000;

/** Takes one narration event into an execution that may be changed. */
export function applyNarration(attempt: Writable, event: Narration): void {
  switch (event.type) {
    case "STEP_OUTPUT":
      addText(attempt, event);
      break;
    case "STEP_THINKING":
      addThinking(attempt, event);
      break;
    case "AGENT_STATE":
      attempt.activity = attempt.endedAt === null ? { state: event.state, toolName: event.toolName } : null;
      return;
    case "TOOL_CALL_START":
      startTool(attempt, event);
      break;
    case "TOOL_CALL_END":
      endTool(attempt, event);
      break;
    case "FILE_CHANGED": {
      const { id, at, path, action, size } = event;
      attempt.items.push({ kind: "file", id, at, path, action, size });
      return;
    }
    case "MODEL_RETRY": {
      const { id, at, error, waitMs, tries } = event;
      attempt.items.push({ kind: "retry", id, at, error, waitMs, tries });
      return;
    }
  }
}

type Chunk = { id: string; at: number; chunk: string };

function addText(attempt: Writable, { id, at, chunk }: Chunk): void {
  const last = attempt.items.at(-1);
  if (last?.kind !== "text") {
    attempt.items.push({ kind: "text", id, at, text: chunk });
    return;
  }
  const text = last.text + chunk;
  const cut = text.length > BLOCK_CHARS ? cutPoint(text) : -1;
  if (cut <= 0) {
    attempt.items[attempt.items.length - 1] = { ...last, text };
    return;
  }
  attempt.items[attempt.items.length - 1] = { ...last, text: text.slice(0, cut) };
  attempt.items.push({ kind: "text", id, at, text: text.slice(cut) });
}

/** The last paragraph's beginning, unless a fenced block of code would be cut in two. */
function cutPoint(text: string): number {
  for (let at = text.lastIndexOf("\n\n"); at > 0; at = text.lastIndexOf("\n\n", at - 1)) {
    const fences = text.slice(0, at).match(/^ {0,3}```/gm)?.length ?? 0;
    if (fences % 2 === 0) {
      return at + 2;
    }
  }
  return -1;
}

function addThinking(attempt: Writable, { id, at, chunk }: Chunk): void {
  const last = attempt.items.at(-1);
  if (last?.kind === "thinking") {
    attempt.items[attempt.items.length - 1] = { ...last, endedAt: at, text: last.text + chunk };
  } else {
    attempt.items.push({ kind: "thinking", id, at, endedAt: at, text: chunk });
  }
}

function findTool(attempt: Writable, callId: string): number {
  return attempt.items.findLastIndex((item) => item.kind === "tool" && item.callId === callId);
}

function startTool(attempt: Writable, event: Extract<Narration, { type: "TOOL_CALL_START" }>): void {
  const index = findTool(attempt, event.toolCallId);
  const known = attempt.items[index];
  // Its end came first: only the arguments were missing.
  if (known?.kind === "tool" && known.args === null) {
    attempt.items[index] = { ...known, args: event.args };
    return;
  }
  attempt.items.push({
    kind: "tool",
    id: event.id,
    at: event.at,
    callId: event.toolCallId,
    name: event.toolName,
    args: event.args,
    result: null,
    state: attempt.endedAt === null ? "running" : "unfinished",
    durationMs: null,
  });
}

function endTool(attempt: Writable, event: Extract<Narration, { type: "TOOL_CALL_END" }>): void {
  const index = findTool(attempt, event.toolCallId);
  const known = attempt.items[index];
  const state = event.isError ? ("error" as const) : ("done" as const);
  const { result, durationMs } = event;
  // Some providers number the calls of every turn anew, so an id may come again: a call that has ended stays as it was.
  if (known?.kind === "tool" && known.result === null) {
    attempt.items[index] = { ...known, result, state, durationMs };
    return;
  }
  attempt.items.push({
    kind: "tool",
    id: event.id,
    at: event.at - durationMs,
    callId: event.toolCallId,
    name: event.toolName,
    args: null,
    result,
    state,
    durationMs,
  });
}
