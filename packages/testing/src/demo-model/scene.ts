/** What one request says about where it stands: read from the messages alone, so the server keeps no state. */
import { type ChatRequest, textOf, type WireMessage } from "./wire.ts";

/** A tool call of this step with its result, in order. */
export interface ToolResult {
  turn: number;
  name: string;
  args: Record<string, unknown>;
  content: string;
}

export interface Scene {
  model: string;
  pipeline: string;
  /** Empty outside a pipeline step. */
  step: string;
  /** Counts from 1. */
  attempt: number;
  /** Assistant messages since the step's prompt (in a chat: since the last user message). */
  turn: number;
  required: string[];
  /** What the prompt says below the heading `## Task`. */
  task: string;
  system: string;
  prompt: string;
  offered: ReadonlySet<string>;
  results: ToolResult[];
}

const stepLine = /^Step:[ \t]*(\S+)[ \t]*$/m;

function lineValue(text: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
}

function sectionOf(text: string, heading: string): string {
  const start = text.search(new RegExp(`^#{1,3} ${heading}[ \\t]*$`, "m"));
  if (start < 0) {
    return "";
  }
  const body = text.slice(text.indexOf("\n", start) + 1);
  const end = body.search(/^#{1,3} /m);
  return (end < 0 ? body : body.slice(0, end)).trim();
}

function parseArgs(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function toolResults(messages: WireMessage[]): ToolResult[] {
  const results: ToolResult[] = [];
  const calls = new Map<string, Omit<ToolResult, "content">>();
  let turn = -1;
  for (const message of messages) {
    if (message.role === "assistant") {
      turn += 1;
      for (const call of message.tool_calls ?? []) {
        calls.set(call.id, { turn, name: call.function.name, args: parseArgs(call.function.arguments) });
      }
    }
    const call = message.role === "tool" ? calls.get(message.tool_call_id ?? "") : undefined;
    if (call) {
      results.push({ ...call, content: textOf(message) });
    }
  }
  return results;
}

/** Finds the step a request belongs to: the last user message with a line `Step: <ID>`; without one it is a chat. */
export function readScene(request: ChatRequest): Scene {
  const { messages } = request;
  const atStep = messages.findLastIndex((message) => message.role === "user" && stepLine.test(textOf(message)));
  const atPrompt = atStep >= 0 ? atStep : messages.findLastIndex((message) => message.role === "user");
  const promptMessage = messages[atPrompt];
  const prompt = promptMessage ? textOf(promptMessage) : "";
  const system = messages
    .filter((message) => message.role === "system" || message.role === "developer")
    .map(textOf)
    .join("\n");
  const since = messages.slice(atPrompt + 1);
  const required = lineValue(prompt, "Required outputs") || lineValue(system, "Required outputs");
  return {
    model: request.model.split("/").at(-1) ?? request.model,
    pipeline: lineValue(prompt, "Pipeline"),
    step: atStep >= 0 ? (stepLine.exec(prompt)?.[1] ?? "") : "",
    attempt: Number.parseInt(lineValue(prompt, "Attempt"), 10) || 1,
    turn: since.filter((message) => message.role === "assistant").length,
    required: required.split(/[\s,]+/).filter((key) => /^\w+$/.test(key)),
    task: sectionOf(prompt, "Task"),
    system,
    prompt,
    offered: new Set((request.tools ?? []).map((tool) => tool.function.name)),
    results: toolResults(since),
  };
}
