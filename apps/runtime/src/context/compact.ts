/** Makes room in a conversation: first old tool results are cut, then notes take the place of the earlier turns. */
import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { AgentStepCommand } from "@djinnbot/contracts";
import type { Narrator } from "../narrator.ts";
import type { Conversation } from "./conversation.ts";
import { type Facts, pinnedFacts, writeNotes } from "./summary.ts";
import type { Window } from "./tokens.ts";

/** The last turns stay as they are: the agent is working with them. */
const keepTurns = 3;
/** Shortening has to reach this part of the budget to be enough: less would have to be done again at once. */
const enough = 0.7;
/** Part of the budget that the last turns may take. */
const tailShare = 0.5;
const maxNotesTokens = 4096;
const hint = "The earlier turns of this step were removed to save room. These notes stand for them; go on from here.";

export interface CompactOptions {
  conversation: Conversation;
  window: Window;
  command: AgentStepCommand;
  model: LanguageModelV4;
  signal: AbortSignal;
  narrator: Narrator;
  facts: Facts;
  /** Characters of the system prompt and the tools, which come with every call. */
  fixedChars: number;
}

/** False when the step was aborted meanwhile. */
export async function compact(options: CompactOptions, reason: "window" | "refused"): Promise<boolean> {
  const { conversation, window, narrator } = options;
  const tokens = () => window.tokens(conversation.chars() + options.fixedChars);
  const beforeTokens = tokens();
  let summary: string | null = null;
  conversation.shortenOld(keepTurns);
  if (tokens() > window.budget * enough) {
    const turns = turnsThatFit(options);
    const notes = await notesOf(options, turns);
    if (notes === null) {
      return false;
    }
    if (notes !== "") {
      summary = notes;
      conversation.replaceOlder(turns, notes);
    }
    for (let share = 0.2; tokens() > window.budget && share > 0.01; share /= 2) {
      conversation.squeeze(window.chars(window.budget * share));
    }
  }
  const afterTokens = tokens();
  narrator.say({ type: "CONTEXT_COMPACTED", beforeTokens, afterTokens, contextWindow: window.size, reason, summary });
  return true;
}

function turnsThatFit({ conversation, window }: CompactOptions): number {
  const fits = (turns: number) => window.tokens(conversation.tailChars(turns)) <= window.budget * tailShare;
  return [keepTurns, 2].find(fits) ?? 1;
}

/** Null when the step was aborted; empty when there is nothing before the last turns. */
async function notesOf(options: CompactOptions, turns: number): Promise<string | null> {
  const { conversation, window, command } = options;
  const messages = conversation.older(turns);
  if (messages.length === 0) {
    return "";
  }
  options.narrator.say({ type: "AGENT_STATE", state: "thinking", toolName: null });
  const maxTokens = Math.min(maxNotesTokens, Math.floor(window.size / 8));
  const notes = await writeNotes({
    ...{ model: options.model, signal: options.signal, narrator: options.narrator },
    deadlineAt: command.deadlineAt,
    task: command.prompt,
    earlier: conversation.notes,
    messages,
    maxChars: window.chars(Math.floor(window.budget * 0.8) - maxTokens),
    maxTokens,
  });
  return notes === null ? null : [hint, notes, pinnedFacts(options.facts)].filter(Boolean).join("\n\n");
}
