/** Reads tokens, tool calls, thinking and the reason to stop out of what a provider answers, message by message. */
import type { ProviderWire } from "@djinnbot/contracts";
import { familyOf } from "./wires.ts";

/** `input` is what was read anew: cached parts are counted apart, whatever the wire calls its total. */
export interface TokenUsage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}
export interface Observed {
  usage: TokenUsage | null;
  toolCalls: number;
  hasThinking: boolean;
  stopReason: string | null;
  /** An error that came inside an answer that had begun well. */
  error: string | null;
  /** Characters of text, thinking and tool arguments; estimates the tokens where a provider tells none. */
  chars: number;
}

type Json = Record<string, unknown>;
const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const length = (value: unknown): number => (typeof value === "string" ? value.length : 0);
/** Tokens as a non-negative integer. */
const count = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;

export interface UsageReader {
  /** One SSE message, or the whole answer. */
  read(message: unknown): void;
  result(): Observed;
}

/** A reader for one answer of that wire, streamed or whole. */
export function usageReader(wire: ProviderWire): UsageReader {
  const seen: Observed = { usage: null, toolCalls: 0, hasThinking: false, stopReason: null, error: null, chars: 0 };
  const read = { openai: openaiReader(seen), anthropic: anthropicReader(seen), google: googleReader(seen) }[
    familyOf(wire)
  ];
  return {
    read: (message) => {
      const failure = object(message).error;
      if (failure !== undefined && failure !== null) {
        seen.error = text(object(failure).message) ?? text(failure) ?? "the provider reported an error";
      }
      read(object(message));
    },
    result: () => seen,
  };
}

function openaiReader(seen: Observed): (message: Json) => void {
  const calls = new Set<string>();
  return (message) => {
    for (const raw of list(message.choices)) {
      const choice = object(raw);
      const part = object(choice.delta ?? choice.message);
      const thinking = length(part.reasoning_content) + length(part.reasoning);
      seen.hasThinking ||= thinking > 0;
      seen.chars += thinking + length(part.content);
      for (const [position, item] of list(part.tool_calls).entries()) {
        const call = object(item);
        calls.add(`${String(choice.index ?? 0)}:${String(call.index ?? position)}`);
        seen.chars += length(object(call.function).arguments);
      }
      seen.stopReason = text(choice.finish_reason) ?? seen.stopReason;
    }
    seen.toolCalls = calls.size;
    const usage = object(message.usage ?? object(message.x_groq).usage);
    if (usage.prompt_tokens !== undefined || usage.completion_tokens !== undefined) {
      const cacheRead = count(object(usage.prompt_tokens_details).cached_tokens);
      const input = Math.max(0, count(usage.prompt_tokens) - cacheRead);
      seen.usage = { input, output: count(usage.completion_tokens), cacheRead, cacheWrite: 0 };
      seen.hasThinking ||= count(object(usage.completion_tokens_details).reasoning_tokens) > 0;
    }
  };
}

function anthropicReader(seen: Observed): (message: Json) => void {
  const add = (raw: unknown) => {
    const usage = object(raw);
    const before = seen.usage ?? { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
    const pick = (value: unknown, old: number) => (value === undefined || value === null ? old : count(value));
    if (Object.keys(usage).length > 0) {
      seen.usage = {
        input: pick(usage.input_tokens, before.input),
        output: pick(usage.output_tokens, before.output),
        cacheRead: pick(usage.cache_read_input_tokens, before.cacheRead),
        cacheWrite: pick(usage.cache_creation_input_tokens, before.cacheWrite),
      };
    }
  };
  const block = (raw: unknown) => {
    const content = object(raw);
    seen.toolCalls += content.type === "tool_use" ? 1 : 0;
    seen.hasThinking ||= content.type === "thinking" || content.type === "redacted_thinking";
    seen.chars += length(content.text) + length(content.thinking);
  };
  return (message) => {
    switch (message.type) {
      case "message_start":
        add(object(message.message).usage);
        break;
      case "content_block_start":
        block(message.content_block);
        break;
      case "content_block_delta": {
        const delta = object(message.delta);
        seen.chars += length(delta.text) + length(delta.thinking) + length(delta.partial_json);
        break;
      }
      case "message_delta":
        seen.stopReason = text(object(message.delta).stop_reason) ?? seen.stopReason;
        add(message.usage);
        break;
      case "message":
        list(message.content).forEach(block);
        seen.stopReason = text(message.stop_reason) ?? seen.stopReason;
        add(message.usage);
        break;
    }
  };
}

function googleReader(seen: Observed): (message: Json) => void {
  return (message) => {
    for (const raw of list(message.candidates)) {
      const candidate = object(raw);
      for (const item of list(object(candidate.content).parts)) {
        const part = object(item);
        seen.toolCalls += part.functionCall === undefined ? 0 : 1;
        seen.hasThinking ||= part.thought === true;
        seen.chars += length(part.text);
      }
      seen.stopReason = text(candidate.finishReason) ?? seen.stopReason;
    }
    const usage = object(message.usageMetadata);
    if (usage.promptTokenCount !== undefined) {
      const cacheRead = count(usage.cachedContentTokenCount);
      const thoughts = count(usage.thoughtsTokenCount);
      seen.usage = {
        input: Math.max(0, count(usage.promptTokenCount) - cacheRead),
        output: count(usage.candidatesTokenCount) + thoughts,
        cacheRead,
        cacheWrite: 0,
      };
      seen.hasThinking ||= thoughts > 0;
    }
  };
}
