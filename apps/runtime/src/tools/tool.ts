/** What a tool is: a name the model calls, a checked input, a text as answer. */
import type { z } from "zod";
import type { ApiCall } from "../api.ts";
import type { Image } from "../context/conversation.ts";
import type { Shell } from "../shell.ts";

export interface FileChange {
  path: string;
  action: "create" | "modify" | "delete";
  size: number | null;
}
/** How the step ends, when a tool ends it. */
export type StepEnd =
  | { kind: "complete"; outputs: Record<string, string>; summary: string | null }
  | { kind: "fail"; message: string }
  | { kind: "outputMissing"; message: string };

export interface ToolResult {
  text: string;
  isError?: boolean;
  changes?: FileChange[];
  /** The tool may have changed files without naming them. */
  mayChangeFiles?: boolean;
  /** Shown to the model beside the text. */
  images?: Image[];
  end?: StepEnd;
  /** Id of a delegation whose result takes the place of the text: the step waits for it. */
  wait?: string;
}

/** What the tools of one step share. */
export interface ToolContext {
  workspace: string;
  home: string;
  shell: Shell;
  /** Asks the platform, as this session. */
  api(call: ApiCall): Promise<Record<string, unknown>>;
  signal: AbortSignal;
  /** Names the file of a result that is too long; unique in the workload's home. */
  callId: string;
  /** Step and attempt. */
  stepRef: string;
  /** Keys that `complete` must deliver. */
  outputs: readonly string[];
  /** What the tools of the step remember between calls. */
  memory: {
    /** Ids of tool calls so far: some providers count from one again in every answer. */
    calls: Set<string>;
    /** Times `complete` was called without all outputs. */
    incomplete: number;
    knowledge: { category: string; content: string; importance: string }[];
    /** What became of the files that were changed. */
    files: Map<string, FileChange["action"]>;
  };
  /** False once the model has refused one. */
  seesImages: boolean;
  /** Most characters of a result that reach the model; the rest is in a file. */
  maxResultChars: number;
}

export interface Tool<S extends z.ZodObject = z.ZodObject> {
  description: string;
  input: S;
  /** A throw is told to the model as the tool's error. */
  run(input: z.output<S>, context: ToolContext): Promise<ToolResult>;
}

export function defineTool<S extends z.ZodObject>(tool: Tool<S>): Tool {
  return tool as unknown as Tool;
}

export function toolError(text: string): ToolResult {
  return { text, isError: true };
}
