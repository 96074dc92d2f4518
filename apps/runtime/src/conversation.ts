/** What the model has been told so far; lives as long as the process, so consecutive steps of an agent remember each other. */
import type { LanguageModelV4Message, LanguageModelV4Prompt, LanguageModelV4ToolResultPart } from "@ai-sdk/provider";
import { headAndTail } from "./bound.ts";

/** Tokens at which old tool results are shortened: 70 % of a window of 128k, which all current models have. */
const maxTokens = Math.floor(128_000 * 0.7);
/** Characters per token, on the careful side. */
const charsPerToken = 3.5;
/** The last turns stay whole: the agent is working with them. */
const keepTurns = 3;
const longResult = 4000;
const shownResult = 3000;
const placeholder = "[An older tool result was removed to save room; call the tool again if you need it.]";

export class Conversation {
  #messages: LanguageModelV4Message[] = [];
  /** Index of the current step's prompt. */
  #stepAt = 0;

  beginStep(prompt: string): void {
    this.#stepAt = this.#messages.length;
    this.addUser(prompt);
  }
  /** Forgets everything: a provider that refuses what was said would refuse it again. */
  reset(): void {
    this.#messages = [];
    this.#stepAt = 0;
  }
  addUser(text: string): void {
    this.#messages.push({ role: "user", content: [{ type: "text", text }] });
  }
  addAssistant(message: Extract<LanguageModelV4Message, { role: "assistant" }>): void {
    if (message.content.length > 0) {
      this.#messages.push(message);
    }
  }
  addResults(content: LanguageModelV4ToolResultPart[]): void {
    this.#messages.push({ role: "tool", content });
  }

  /** Everything for the next call, within the bound. */
  prompt(system: string): LanguageModelV4Prompt {
    const room = maxTokens - estimate(system);
    for (const shorten of [this.#shortenResults, this.#emptyResults, this.#dropOldest]) {
      if (this.tokens() <= room) {
        break;
      }
      shorten.call(this, room);
    }
    return [...(system === "" ? [] : [{ role: "system" as const, content: system }]), ...this.#messages];
  }

  /** Estimate for all messages. */
  tokens(): number {
    return this.#messages.reduce((sum, message) => sum + estimate(message.content), 0);
  }

  /** Tool results before the last turns, oldest first, until there is room. */
  #rewriteResults(room: number, rewrite: (text: string) => string): void {
    const turns = this.#messages.flatMap((message, index) => (message.role === "assistant" ? [index] : []));
    const end = turns.at(-keepTurns) ?? 0;
    let tokens = this.tokens();
    for (let index = 0; index < end && tokens > room; index += 1) {
      const message = this.#messages[index];
      if (message?.role !== "tool") {
        continue;
      }
      const before = estimate(message.content);
      const content = message.content.map((part) =>
        part.type === "tool-result" && (part.output.type === "text" || part.output.type === "error-text")
          ? { ...part, output: { ...part.output, value: rewrite(part.output.value) } }
          : part,
      );
      this.#messages[index] = { ...message, content };
      tokens += estimate(content) - before;
    }
  }
  #shortenResults(room: number): void {
    this.#rewriteResults(room, (text) => (text.length > longResult ? headAndTail(text, shownResult) : text));
  }
  #emptyResults(room: number): void {
    this.#rewriteResults(room, (text) => (text.length > placeholder.length ? placeholder : text));
  }
  /** Whole older exchanges; then the current step's own beginnings behind its prompt. A call and its results go together. */
  #dropOldest(room: number): void {
    const drop = (from: number) => {
      let to = from + 1;
      while (to < this.#messages.length && this.#messages[to]?.role === "tool") {
        to += 1;
      }
      this.#messages.splice(from, to - from);
      return to - from;
    };
    while (this.tokens() > room && this.#stepAt > 0) {
      this.#stepAt -= drop(0);
    }
    while (this.tokens() > room && this.#messages.length > this.#stepAt + 2 * keepTurns + 1) {
      drop(this.#stepAt + 1);
    }
  }
}

function estimate(value: unknown): number {
  return Math.ceil((typeof value === "string" ? value.length : JSON.stringify(value).length) / charsPerToken);
}
