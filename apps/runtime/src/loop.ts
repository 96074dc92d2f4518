/** The agent's loop: ask the model, carry out its tool calls, until something ends the step. */
import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { type AgentStepCommand, type FailureCode, maxToolResultChars } from "@djinnbot/contracts";
import { runCalls } from "./calls.ts";
import { askFitting } from "./context/ask-fitting.ts";
import type { Conversation } from "./context/conversation.ts";
import { charsOf, Window } from "./context/tokens.ts";
import type { StepControl } from "./control.ts";
import { createWatch, type Git, type Look, type Watch } from "./git.ts";
import { createBreaker } from "./loop-breaker.ts";
import { plainSettings, thinkingSettings } from "./model/settings.ts";
import type { Turn } from "./model/turn.ts";
import type { Narrator } from "./narrator.ts";
import { placeholder } from "./tools/delegate.ts";
import { describeTools, offeredTools } from "./tools/index.ts";
import type { StepEnd, ToolContext } from "./tools/tool.ts";

/** How often an agent that only talks is asked to use a tool or to end the step. */
const maxNudges = 3;
/** Part of the window that one result of a tool may take: with a small window a whole one would leave no room for anything else. */
const resultShare = 0.2;

export type LoopEnd = { turns: number } & (
  | { outcome: "completed"; outputs: Record<string, string>; summary: string | null }
  | { outcome: "failed"; code: FailureCode; message: string }
  | { outcome: "aborted" }
  | { outcome: "paused" }
  | { outcome: "waiting" }
);
type End = LoopEnd extends infer T ? (T extends unknown ? Omit<T, "turns"> : never) : never;

export interface LoopOptions {
  command: AgentStepCommand;
  model: LanguageModelV4;
  conversation: Conversation;
  control: StepControl;
  /** Turns of a step that was paused and goes on; null when it begins. */
  usedTurns: number | null;
  git: Git;
  /** The working copy as the step found it: read while the model thinks for the first time. */
  found: Promise<Look | undefined>;
  narrator: Narrator;
  /** Aborted by the engine, or by the deadline: then the step ends with `ended()`. */
  signal: AbortSignal;
  ended: () => End;
  context: Omit<ToolContext, "callId" | "signal" | "outputs" | "seesImages" | "maxResultChars">;
}

/** Works until the step ends. Never throws for anything the model, a tool or the network does. */
export async function runLoop(options: LoopOptions): Promise<LoopEnd> {
  const { command, conversation, narrator, signal } = options;
  const { modelId } = command.model;
  const tools = offeredTools(command.tools);
  const described = describeTools(tools, command.outputs);
  const window = new Window(command.model, conversation.windows.get(modelId));
  const fitting = {
    ...{ conversation, window, command, model: options.model, signal, narrator },
    facts: { outputs: command.outputs, memory: options.context.memory },
    fixedChars: charsOf(described) + command.systemPrompt.length,
    call: () => callOptions(options, described),
  };
  const breaker = createBreaker();
  let watch: Watch | undefined;
  let nudges = 0;
  beginOrGoOn(options);
  for (let turns = options.usedTurns ?? 0; turns < command.maxTurns; ) {
    if (options.control.pausing) {
      return { turns, outcome: "paused" };
    }
    for (const text of options.control.take()) {
      conversation.addUser(`A person who follows your work says:\n\n${text}`);
    }
    narrator.say({ type: "AGENT_STATE", state: "thinking", toolName: null });
    const asked = await askFitting(fitting);
    if ("aborted" in asked) {
      return { turns, ...options.ended() };
    }
    turns += 1;
    if ("failure" in asked) {
      return { turns, outcome: "failed", ...asked.failure };
    }
    const { turn } = asked;
    conversation.addAssistant(turn.message);
    if (turn.calls.length === 0) {
      const end = endOfTalk(turn, { nudges, outputs: command.outputs });
      if (end) {
        return { turns, ...end };
      }
      nudges += 1;
      conversation.addUser(nudge(command.outputs));
      continue;
    }
    nudges = 0;
    watch ??= createWatch(options.git, await options.found);
    const context = {
      ...{ ...options.context, signal, outputs: command.outputs },
      seesImages: !conversation.blind.has(modelId),
      maxResultChars: Math.min(maxToolResultChars, window.chars(window.budget * resultShare)),
    };
    const { results, images, end, waits } = await runCalls({
      calls: turn.calls,
      tools,
      context,
      breaker,
      watch,
      narrator,
    });
    conversation.addResults(results, images);
    if (end) {
      return { turns, ...readEnd(end) };
    }
    if (signal.aborted) {
      return { turns, ...options.ended() };
    }
    if (waits.length > 0) {
      return { turns, outcome: "waiting" };
    }
  }
  const message = `The agent used ${command.maxTurns} turns without completing the step.`;
  return { turns: command.maxTurns, outcome: "failed", code: "TURN_LIMIT", message };
}

/**
 * A step that was paused or has waited has its conversation already; what was added to its instruction meanwhile is told, and the
 * answers of its delegations come in their places.
 */
function beginOrGoOn({ conversation, command, usedTurns }: LoopOptions): void {
  const answers = Object.entries(command.answers ?? {});
  if (usedTurns === null) {
    conversation.beginStep(command.prompt);
    if (answers.length > 0) {
      // Its conversation is lost, and with it the calls.
      const told = answers.map(([, text]) => text).join("\n\n");
      conversation.addUser(`You have begun this step before, and delegated parts of it. This came of it:\n\n${told}`);
    }
    return;
  }
  for (const [id, text] of answers) {
    conversation.answer(placeholder(id), text);
  }
  if (conversation.state().prompt !== command.prompt) {
    conversation.addUser(
      `You were paused, and your instruction was changed meanwhile. It is now:\n\n${command.prompt}`,
    );
  }
}

function callOptions(options: LoopOptions, tools: LanguageModelV4CallOptions["tools"]): LanguageModelV4CallOptions {
  const { model, systemPrompt } = options.command;
  const prompt = options.conversation.prompt(systemPrompt);
  return {
    prompt: model.wire === "anthropic" ? withCacheMarks(prompt) : prompt,
    tools,
    toolChoice: { type: "auto" },
    ...plainSettings(model),
    ...thinkingSettings(model),
  };
}

/** Marks the system prompt and the last message, so that the provider need not read the whole conversation again each turn. */
function withCacheMarks(prompt: LanguageModelV4CallOptions["prompt"]): LanguageModelV4CallOptions["prompt"] {
  const providerOptions = { anthropic: { cacheControl: { type: "ephemeral" } } };
  return prompt.map((message, index) =>
    message.role === "system" || index === prompt.length - 1 ? { ...message, providerOptions } : message,
  );
}

/** A turn without tool calls: an end, or null when the agent is to be asked again. */
function endOfTalk(turn: Turn, step: { nudges: number; outputs: readonly string[] }): End | null {
  if (turn.finish === "content-filter") {
    return {
      outcome: "failed",
      code: "MODEL_REFUSED",
      message: turn.text || "The provider's content filter stopped the answer.",
    };
  }
  if (step.outputs.length === 0 && step.nudges >= 1 && turn.text.trim() !== "") {
    return { outcome: "completed", outputs: {}, summary: turn.text.trim() };
  }
  return step.nudges >= maxNudges
    ? { outcome: "failed", code: "AGENT_FAILED", message: "The agent ended without calling complete." }
    : null;
}

function nudge(outputs: readonly string[]): string {
  const keys = outputs.length > 0 ? ` with these outputs: ${outputs.join(", ")}` : "";
  return `The step is not over yet. Go on with your tools; when the work is done call complete${keys}, or fail if it cannot be done.`;
}

function readEnd(end: StepEnd | { kind: "loop"; message: string }): End {
  switch (end.kind) {
    case "complete":
      return { outcome: "completed", outputs: end.outputs, summary: end.summary };
    case "fail":
      return { outcome: "failed", code: "AGENT_FAILED", message: end.message };
    case "outputMissing":
      return { outcome: "failed", code: "OUTPUT_MISSING", message: end.message };
    case "loop":
      return { outcome: "failed", code: "LOOP_DETECTED", message: end.message };
  }
}
