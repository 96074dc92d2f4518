/** Folds what the runtime tells while it works into the transcript of one execution. */
import { growBlock, splitAtLines } from "./split-text.ts";
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
      | "MODEL_RETRY"
      | "CONTEXT_COMPACTED";
  }
>;
type Writable = AttemptModel & { items: TranscriptItem[] };

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
    case "CONTEXT_COMPACTED": {
      const { id, at, beforeTokens, afterTokens, contextWindow, reason, summary } = event;
      attempt.items.push({ kind: "compaction", id, at, beforeTokens, afterTokens, contextWindow, reason, summary });
      return;
    }
  }
}

type Chunk = { id: string; at: number; chunk: string };

function addText(attempt: Writable, { id, at, chunk }: Chunk): void {
  const last = attempt.items.at(-1);
  const open = last?.kind === "text" ? last : undefined;
  if (open) {
    attempt.items.pop();
  }
  for (const [index, piece] of growBlock(open ?? { text: "", start: "paragraph" }, chunk).entries()) {
    const own = index === 0 && open ? open : { kind: "text" as const, at, id: partId(id, index) };
    attempt.items.push({ ...own, ...piece });
  }
}

function addThinking(attempt: Writable, { id, at, chunk }: Chunk): void {
  const last = attempt.items.at(-1);
  const open = last?.kind === "thinking" ? last : undefined;
  if (open) {
    attempt.items.pop();
  }
  for (const [index, text] of splitAtLines((open?.text ?? "") + chunk).entries()) {
    const own = index === 0 && open ? open : { kind: "thinking" as const, at, id: partId(id, index) };
    attempt.items.push({ ...own, endedAt: at, text });
  }
}

/** One event may begin several items. */
const partId = (id: string, index: number) => (index === 0 ? id : `${id}/${index}`);

/** Entries between the beginning of a call and its end, at most: to look through all of a long transcript for each call would be slow. */
const maxBetween = 1000;

function findTool(attempt: Writable, callId: string): number {
  const { items } = attempt;
  for (let index = items.length - 1; index >= Math.max(0, items.length - maxBetween); index -= 1) {
    const item = items[index];
    if (item?.kind === "tool" && item.callId === callId) {
      return index;
    }
  }
  return -1;
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
