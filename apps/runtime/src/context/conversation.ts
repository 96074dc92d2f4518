/** What the model has been told so far; lives as long as the process, so consecutive steps of an agent remember each other. */
import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider";
import { headAndTail } from "../bound.ts";
import { charsOf } from "./tokens.ts";

/** An old text longer than this is cut to what follows: the agent has read it, and can read it again. */
const longText = 4000;
const shownText = 3000;
/** Base64 characters of all images together: below what a call of the gateway may have. */
const maxImageChars = 6_500_000;
const goneImage = "[An image was here. It was removed to save room; read it again if you need it.]";

export interface Image {
  mediaType: string;
  /** Base64. */
  data: string;
  /** As the model is told which one it is. */
  name: string;
}

/** A conversation as JSON. */
export interface ConversationState {
  messages: LanguageModelV4Message[];
  stepAt: number;
  prompt: string;
  notes: string | null;
}

export class Conversation {
  #messages: LanguageModelV4Message[] = [];
  /** Index of the current step's prompt, which the notes about its earlier turns are a part of. */
  #stepAt = 0;
  #prompt = "";
  #notes: string | null = null;
  /** Models that have answered that they take no images. */
  readonly blind = new Set<string>();
  /** Windows that a provider named when it refused a call as too long. */
  readonly windows = new Map<string, number>();

  beginStep(prompt: string): void {
    this.#stepAt = this.#messages.length;
    this.#prompt = prompt;
    this.#notes = null;
    this.addUser(prompt);
  }
  state(): ConversationState {
    return { messages: this.#messages, stepAt: this.#stepAt, prompt: this.#prompt, notes: this.#notes };
  }
  restore({ messages, stepAt, prompt, notes }: ConversationState): void {
    this.#messages = messages;
    this.#stepAt = stepAt;
    this.#prompt = prompt;
    this.#notes = notes;
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
  /** Images follow the results as a message of their own: results of tools hold text only on most wires. */
  addResults(content: LanguageModelV4ToolResultPart[], images: readonly Image[] = []): void {
    this.#messages.push({ role: "tool", content });
    for (const { name, mediaType, data } of images) {
      const file: LanguageModelV4FilePart = { type: "file", mediaType, data: { type: "data", data } };
      this.#messages.push({ role: "user", content: [{ type: "text", text: `The image ${name}:` }, file] });
    }
    this.#boundImages();
  }

  /** Puts the answer of a tool that had to be waited for in the place of what stood for it. */
  answer(placeholder: string, text: string): void {
    this.#rewrite(this.#messages.length, (value) =>
      value.startsWith(placeholder) ? text + value.slice(placeholder.length) : value,
    );
  }

  /** Everything for the next call. */
  prompt(system: string): LanguageModelV4Prompt {
    return [...(system === "" ? [] : [{ role: "system" as const, content: system }]), ...this.#messages];
  }
  chars(): number {
    return this.#messages.reduce((sum, message) => sum + charsOf(message.content), 0);
  }

  /** Takes the images out, newest included. False when there was none. */
  dropImages(note: string): boolean {
    return this.#replaceImages(this.#messages.length, note);
  }

  /** Cuts long arguments and results of tools before the last `turns` turns. */
  shortenOld(turns: number): void {
    this.#rewrite(this.#tailAt(turns), (text) => (text.length > longText ? headAndTail(text, shownText) : text));
  }
  /** Bounds everything, the last turns and the step's prompt too: when these alone are too much. */
  squeeze(maxChars: number): void {
    this.#rewrite(this.#messages.length, (text) => headAndTail(text, maxChars));
    this.#replaceImages(this.#messages.length, goneImage);
    this.#prompt = headAndTail(this.#prompt, maxChars * 2);
    this.#notes = this.#notes && headAndTail(this.#notes, maxChars * 2);
    this.#messages[this.#stepAt] = this.#stepMessage();
  }

  /** Messages that a summary may stand for: all but the step's prompt and its last turns. */
  older(turns: number): LanguageModelV4Message[] {
    return this.#messages.filter((_, index) => index !== this.#stepAt && index < this.#tailAt(turns));
  }
  /** Characters of the last turns. */
  tailChars(turns: number): number {
    return this.#messages.slice(this.#tailAt(turns)).reduce((sum, message) => sum + charsOf(message.content), 0);
  }
  /** Puts notes in the place of the older messages, behind the step's prompt. */
  replaceOlder(turns: number, notes: string): void {
    const tail = this.#messages.slice(this.#tailAt(turns));
    this.#notes = notes;
    this.#messages = [this.#stepMessage(), ...tail];
    this.#stepAt = 0;
  }
  /** What stands for earlier turns of this step, or null. */
  get notes(): string | null {
    return this.#notes;
  }

  /** One message: some wires want user and assistant to take turns. */
  #stepMessage(): LanguageModelV4Message {
    const text = this.#notes === null ? this.#prompt : `${this.#prompt}\n\n# The work so far\n\n${this.#notes}`;
    return { role: "user", content: [{ type: "text", text }] };
  }

  /** Where the last turns of the step begin: always with an answer of the model, so that its calls keep their results. */
  #tailAt(turns: number): number {
    const answers = this.#messages.flatMap((message, index) =>
      message.role === "assistant" && index > this.#stepAt ? [index] : [],
    );
    return answers.at(-turns) ?? answers[0] ?? this.#messages.length;
  }

  /** Texts in what tools were given and in what they answered, in the messages before `end`. */
  #rewrite(end: number, change: (text: string) => string): void {
    for (const [index, message] of this.#messages.slice(0, end).entries()) {
      if (message.role === "tool") {
        const content = message.content.map((part) =>
          part.type === "tool-result" && (part.output.type === "text" || part.output.type === "error-text")
            ? { ...part, output: { ...part.output, value: change(part.output.value) } }
            : part,
        );
        this.#messages[index] = { ...message, content };
      } else if (message.role === "assistant") {
        const content = message.content.map((part) =>
          part.type === "tool-call" ? { ...part, input: rewriteTexts(part.input, change) } : part,
        );
        this.#messages[index] = { ...message, content };
      }
    }
  }

  #replaceImages(before: number, note: string): boolean {
    let found = false;
    for (const [index, message] of this.#messages.slice(0, before).entries()) {
      if (message.role === "user" && message.content.some((part) => part.type === "file")) {
        found = true;
        const content = message.content.map((part) =>
          part.type === "file" ? { type: "text" as const, text: note } : part,
        );
        this.#messages[index] = { ...message, content };
      }
    }
    return found;
  }
  /** The newest images that fit together; older ones are named only. */
  #boundImages(): void {
    let room = maxImageChars;
    for (let index = this.#messages.length - 1; index >= 0; index -= 1) {
      const message = this.#messages[index];
      for (const part of message?.role === "user" ? message.content : []) {
        room -= part.type === "file" && part.data.type === "data" ? part.data.data.length : 0;
      }
      if (room < 0) {
        this.#replaceImages(index + 1, goneImage);
        return;
      }
    }
  }
}

function rewriteTexts(value: unknown, change: (text: string) => string): unknown {
  return JSON.parse(JSON.stringify(value ?? null, (_, part) => (typeof part === "string" ? change(part) : part)));
}
