/** Carries out the tool calls of one turn, in order; every call gets a result, so the conversation stays valid. */
import type { LanguageModelV4ToolCall, LanguageModelV4ToolResultPart } from "@ai-sdk/provider";
import { z } from "zod";
import { boundedJson, headAndTail } from "./bound.ts";
import type { Image } from "./context/conversation.ts";
import { PathRefused } from "./files.ts";
import type { Watch } from "./git.ts";
import type { Breaker } from "./loop-breaker.ts";
import { parseInput } from "./model/turn.ts";
import type { Narrator } from "./narrator.ts";
import { boundResult } from "./spill.ts";
import { type StepEnd, type Tool, type ToolContext, type ToolResult, toolError } from "./tools/tool.ts";

/** Of an event's arguments and results; the schema allows 200,000 and 20,000. */
const narratedArgs = { maxString: 8000, maxTotal: 60_000 };
const narratedResult = 18_000;

export interface CallsOptions {
  calls: readonly LanguageModelV4ToolCall[];
  tools: ReadonlyMap<string, Tool>;
  context: Omit<ToolContext, "callId">;
  breaker: Breaker;
  watch: Watch;
  narrator: Narrator;
}
export interface CallsEnd {
  results: LanguageModelV4ToolResultPart[];
  images: Image[];
  end: StepEnd | { kind: "loop"; message: string } | null;
  /** Delegations whose results take the place of their calls' results. */
  waits: string[];
}

export async function runCalls(options: CallsOptions): Promise<CallsEnd> {
  const results: LanguageModelV4ToolResultPart[] = [];
  const images: Image[] = [];
  const waits: string[] = [];
  let end: CallsEnd["end"] = null;
  for (const call of options.calls) {
    const input = parseInput(call.input);
    let result: ToolResult;
    if (end !== null || options.context.signal.aborted) {
      result = toolError("Not carried out: the step is over.");
    } else {
      const noted = options.breaker.note(call.toolName, input ?? call.input);
      if ("stop" in noted) {
        end = { kind: "loop", message: noted.stop };
        result = toolError(noted.stop);
      } else {
        result = await runCall(call, input, options);
        result = noted.warn ? { ...result, text: `${result.text}\n${noted.warn}` } : result;
        end = result.end ?? null;
        waits.push(...(result.wait === undefined ? [] : [result.wait]));
      }
    }
    const output = { type: result.isError ? "error-text" : "text", value: result.text } as const;
    results.push({ type: "tool-result", toolCallId: call.toolCallId, toolName: call.toolName, output });
    images.push(...(result.images ?? []));
  }
  return { results, images, end, waits };
}

async function runCall(
  call: LanguageModelV4ToolCall,
  input: Record<string, unknown> | undefined,
  options: CallsOptions,
): Promise<ToolResult> {
  const { narrator, context, watch } = options;
  const ref = { toolName: call.toolName.slice(0, 128), toolCallId: uniqueId(call.toolCallId, context.memory.calls) };
  const callId = `${context.stepRef}-${ref.toolCallId}`;
  const startedAt = Date.now();
  narrator.say({ type: "AGENT_STATE", state: "tool_calling", toolName: ref.toolName });
  narrator.say({ type: "TOOL_CALL_START", ...ref, args: boundedJson(input ?? { text: call.input }, narratedArgs) });
  const raw = await attempt(call, input, { ...options, callId });
  const text = await boundResult(raw.text, { max: context.maxResultChars, home: context.home, name: callId });
  const result = { ...raw, text };
  narrator.say({
    type: "TOOL_CALL_END",
    ...ref,
    result: headAndTail(result.text, narratedResult),
    isError: result.isError ?? false,
    durationMs: Date.now() - startedAt,
  });
  // Also after a tool that names its changes: the next command's changes are told against this state.
  const seen = result.mayChangeFiles || result.changes ? await watch.look() : [];
  for (const change of result.changes ?? seen) {
    context.memory.files.set(change.path, change.action);
    narrator.say({ type: "FILE_CHANGED", ...change });
  }
  return result;
}

async function attempt(
  call: LanguageModelV4ToolCall,
  input: Record<string, unknown> | undefined,
  options: CallsOptions & { callId: string },
): Promise<ToolResult> {
  const tool = options.tools.get(call.toolName);
  if (!tool) {
    return toolError(`There is no tool ${call.toolName}. Tools: ${[...options.tools.keys()].join(", ")}.`);
  }
  if (!input) {
    return toolError("The arguments are not a JSON object.");
  }
  const parsed = tool.input.safeParse(input);
  if (!parsed.success) {
    return toolError(`Wrong arguments:\n${z.prettifyError(parsed.error)}`);
  }
  try {
    return await tool.run(parsed.data, { ...options.context, callId: options.callId });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return toolError(error instanceof PathRefused ? message : `The tool failed: ${code ?? message}`);
  }
}

function uniqueId(given: string, known: Set<string>): string {
  const short = given.slice(0, 100);
  const id = known.has(short) ? `${short}~${known.size}` : short;
  known.add(id);
  return id;
}
