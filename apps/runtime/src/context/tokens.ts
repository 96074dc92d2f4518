/** How many tokens a conversation has: guessed from its characters, corrected by what the provider counted. */
import type { AgentStepCommand } from "@djinnbot/contracts";

/** Nobody knows the window of a model that is in no list; most have more than this. */
const defaultWindow = 100_000;
/** Characters per token before a provider has counted: on the careful side. */
const firstRatio = 3.5;
/** What a provider says it counted is believed within these: some count nothing, some repeat a constant. */
const [minRatio, maxRatio] = [1.5, 6];
/** An image, in characters: no wire tells how it counts them, and their bytes say nothing about it. */
const imageChars = 6000;
/** The rest is for what the estimate gets wrong. */
const share = 0.85;
const usualAnswer = 4096;
/** What is left of the believed window when a provider refuses a call without saying what it takes. */
const guess = 0.7;
/** No model that works with tools takes less: whoever seems to say so was misunderstood. */
const minWindow = 2000;

/** Characters that count. */
export function charsOf(value: unknown): number {
  let images = 0;
  const text = JSON.stringify(value, (key, part) => {
    if (key === "data" && typeof part === "object" && part !== null) {
      images += 1;
      return null;
    }
    // Signatures of thinking are not counted by those who send them.
    return key === "providerOptions" ? undefined : part;
  });
  return (text?.length ?? 0) + images * imageChars;
}

/** The room of one model. */
export class Window {
  /** Tokens the model takes, question and answer together. */
  size: number;
  readonly #answer: number;
  #ratio = firstRatio;

  constructor(model: Pick<AgentStepCommand["model"], "contextWindow" | "maxOutputTokens">, learned?: number) {
    this.size = learned ?? model.contextWindow ?? defaultWindow;
    this.#answer = model.maxOutputTokens ?? usualAnswer;
  }
  /** Most tokens that are sent: what the answer needs is left free. */
  get budget(): number {
    return Math.floor(this.size * share - Math.min(this.#answer, this.size / 4));
  }
  tokens(chars: number): number {
    return Math.ceil(chars / this.#ratio);
  }
  chars(tokens: number): number {
    return Math.floor(tokens * this.#ratio);
  }
  /** The provider has refused a call of so many characters as too long, and perhaps said how many tokens it takes. */
  refused(chars: number, named: number | null): void {
    if (named === null) {
      this.size = Math.max(minWindow, Math.floor(Math.min(this.size, this.tokens(chars)) * guess));
    } else {
      this.size = Math.max(minWindow, named);
      this.#believe(Math.min(this.#ratio, chars / (this.size * 1.05)));
    }
  }
  /** The provider has counted a call of so many characters. */
  correct(chars: number, tokens: number | undefined): void {
    if (tokens !== undefined && tokens > 0) {
      this.#believe(chars / tokens);
    }
  }
  #believe(ratio: number): void {
    this.#ratio = Math.min(maxRatio, Math.max(minRatio, ratio));
  }
}
