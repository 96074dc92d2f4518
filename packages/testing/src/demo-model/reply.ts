/** Writes a turn as a chat completion, streamed or whole. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Turn } from "./playbook.ts";
import type { ChatRequest, Usage } from "./wire.ts";

/** A usual rule of thumb; the demo model has no tokenizer. */
const charsPerToken = 4;
const argumentPieceChars = 48;

export interface Reply {
  id: string;
  created: number;
  model: string;
  turn: Turn;
  calls: { id: string; name: string; arguments: string }[];
  finishReason: "stop" | "tool_calls";
  usage: Usage;
}

const tokens = (chars: number) => Math.ceil(chars / charsPerToken);

/** Gives a turn its ids and its (estimated) usage. */
export function makeReply(request: ChatRequest, turn: Turn): Reply {
  const calls = (turn.calls ?? []).map((call) => ({
    id: `call_${randomUUID().replaceAll("-", "").slice(0, 24)}`,
    name: call.name,
    arguments: JSON.stringify(call.args),
  }));
  const reasoning = tokens(turn.thinking?.length ?? 0);
  const said = calls.reduce((sum, call) => sum + call.name.length + call.arguments.length, turn.text?.length ?? 0);
  const prompt = tokens(JSON.stringify(request.messages).length + JSON.stringify(request.tools ?? []).length);
  const completion = tokens(said) + reasoning;
  return {
    id: `chatcmpl-${randomUUID()}`,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    turn,
    calls,
    finishReason: calls.length > 0 ? "tool_calls" : "stop",
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: reasoning },
    },
  };
}

/** The body of a reply that is not streamed. */
export function wholeBody(reply: Reply) {
  const toolCalls = reply.calls.map((call) => ({
    id: call.id,
    type: "function",
    function: { name: call.name, arguments: call.arguments },
  }));
  const message = {
    role: "assistant",
    content: reply.turn.text ?? null,
    ...(reply.turn.thinking && { reasoning_content: reply.turn.thinking }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  };
  return {
    id: reply.id,
    object: "chat.completion",
    created: reply.created,
    model: reply.model,
    choices: [{ index: 0, message, finish_reason: reply.finishReason }],
    usage: reply.usage,
  };
}

const words = (text: string | undefined): string[] => text?.match(/\S+\s*|\s+/g) ?? [];

function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += argumentPieceChars) {
    yield text.slice(at, at + argumentPieceChars);
  }
}

function* deltas(reply: Reply): Generator<Record<string, unknown>> {
  yield { role: "assistant", content: "" };
  for (const word of words(reply.turn.thinking)) {
    yield { reasoning_content: word };
  }
  for (const word of words(reply.turn.text)) {
    yield { content: word };
  }
  for (const [index, call] of reply.calls.entries()) {
    const { id, name } = call;
    yield { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] };
    for (const piece of pieces(call.arguments)) {
      yield { tool_calls: [{ index, function: { arguments: piece } }] };
    }
  }
}

function* chunks(reply: Reply, includeUsage: boolean): Generator<Record<string, unknown>> {
  const { id, created, model } = reply;
  const head = { id, object: "chat.completion.chunk", created, model };
  const usage = includeUsage ? { usage: null } : {};
  for (const delta of deltas(reply)) {
    yield { ...head, choices: [{ index: 0, delta, finish_reason: null }], ...usage };
  }
  yield { ...head, choices: [{ index: 0, delta: {}, finish_reason: reply.finishReason }], ...usage };
  if (includeUsage) {
    yield { ...head, choices: [], usage: reply.usage };
  }
}

/** The server-sent events of a streamed reply, `delayMs` apart (0 = as fast as they are read). Ends early on abort. */
export async function* streamEvents(
  reply: Reply,
  options: { includeUsage: boolean; delayMs: number; signal: AbortSignal },
): AsyncGenerator<string> {
  for (const chunk of chunks(reply, options.includeUsage)) {
    if (options.signal.aborted) {
      return;
    }
    yield `data: ${JSON.stringify(chunk)}\n\n`;
    if (options.delayMs > 0) {
      await sleep(options.delayMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
  yield "data: [DONE]\n\n";
}
