/** Notes that take the place of the earlier turns: written by the model, with facts that the runtime knows for certain. */
import type { LanguageModelV4, LanguageModelV4Message } from "@ai-sdk/provider";
import { headAndTail } from "../bound.ts";
import { ask } from "../model/ask.ts";
import type { Narrator } from "../narrator.ts";
import type { ToolContext } from "../tools/tool.ts";

/** Of a call and a result as the model is shown them for its notes. */
const shownArgs = 600;
const shownResult = 2000;
const maxNotes = 16_000;
const maxPinned = 8000;

const instruction = `You keep the notes of an agent whose conversation has become too long. From the conversation below write the notes with which it
goes on working; everything that is not in them is forgotten. Use these headings, leave out none, and keep exact names, paths, numbers,
commands and error messages:

## Decisions
## Done
## Findings
## Open points

Write the notes only, no greeting, at most 800 words.`;

export interface Facts {
  outputs: readonly string[];
  memory: Pick<ToolContext["memory"], "files" | "knowledge">;
}

export interface NotesOptions {
  model: LanguageModelV4;
  signal: AbortSignal;
  deadlineAt: number;
  narrator: Narrator;
  /** What the notes are about: the step's prompt, what was noted before, the messages. */
  task: string;
  earlier: string | null;
  messages: readonly LanguageModelV4Message[];
  /** What the request may have, and the answer in tokens. */
  maxChars: number;
  maxTokens: number;
}

/** The model's notes; a list of what was called when it cannot be asked. Null when the step was aborted meanwhile. */
export async function writeNotes(options: NotesOptions): Promise<string | null> {
  const { narrator } = options;
  const asked = await ask({
    ...{ model: options.model, signal: options.signal, deadlineAt: options.deadlineAt },
    call: {
      prompt: [
        { role: "system", content: instruction },
        { role: "user", content: [{ type: "text", text: question(options) }] },
      ],
      maxOutputTokens: options.maxTokens,
    },
    // What the model writes here is no part of what the agent says.
    narrator: { output: () => undefined, thinking: () => undefined, say: (told) => tellRetries(narrator, told) },
  });
  if ("aborted" in asked) {
    return null;
  }
  const text = "turn" in asked ? asked.turn.text.trim() : "";
  return text === ""
    ? [options.earlier ?? "", listCalls(options.messages)].join("\n\n").trim()
    : headAndTail(text, maxNotes);
}

function tellRetries(narrator: Narrator, told: Parameters<Narrator["say"]>[0]): void {
  if (told.type === "MODEL_RETRY") {
    narrator.say(told);
  }
}

function question({ task, earlier, messages, maxChars }: NotesOptions): string {
  const parts = [
    `# The task of the step\n\n${headAndTail(task, Math.floor(maxChars / 4))}`,
    ...(earlier === null ? [] : [`# Notes so far\n\n${headAndTail(earlier, Math.floor(maxChars / 4))}`]),
  ];
  const left = Math.max(1000, maxChars - parts.join("\n\n").length);
  return [...parts, `# The conversation\n\n${headAndTail(messages.map(asText).join("\n\n"), left)}`].join("\n\n");
}

function asText(message: LanguageModelV4Message): string {
  if (typeof message.content === "string") {
    return message.content;
  }
  const lines = message.content.map((part) => {
    switch (part.type) {
      case "text":
        return `[${message.role}] ${part.text}`;
      case "tool-call":
        return `[call] ${part.toolName} ${headAndTail(JSON.stringify(part.input) ?? "", shownArgs)}`;
      case "tool-result":
        return "value" in part.output && typeof part.output.value === "string"
          ? `[result of ${part.toolName}] ${headAndTail(part.output.value, shownResult)}`
          : "";
      default:
        return "";
    }
  });
  return lines.filter(Boolean).join("\n");
}

function listCalls(messages: readonly LanguageModelV4Message[]): string {
  const calls = messages.flatMap((message) =>
    message.role === "assistant"
      ? message.content.flatMap((part) =>
          part.type === "tool-call" ? [`- ${part.toolName} ${headAndTail(JSON.stringify(part.input) ?? "", 200)}`] : [],
        )
      : [],
  );
  return `## Done\n\nThese tools were called:\n${headAndTail(calls.join("\n"), maxNotes / 2)}`;
}

/** What must not get lost, whatever the model wrote. */
export function pinnedFacts({ outputs, memory }: Facts): string {
  const list = (title: string, entries: readonly string[]) =>
    entries.length === 0 ? [] : [`${title}:\n${entries.map((entry) => `- ${entry}`).join("\n")}`];
  const facts = [
    ...(outputs.length === 0 ? [] : [`Outputs to hand over with \`complete\`: ${outputs.join(", ")}`]),
    ...list(
      "Files touched in this step",
      [...memory.files].map(([path, action]) => `${path} (${action})`),
    ),
    ...list(
      "Knowledge shared in this step",
      memory.knowledge.map(({ category, content }) => `[${category}] ${content}`),
    ),
  ];
  return facts.length === 0 ? "" : headAndTail(`## Facts\n\n${facts.join("\n\n")}`, maxPinned);
}
