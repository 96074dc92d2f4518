/** One answer of the model: streamed, gathered into a message, told to people while it arrives. */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import type { Narrator } from "../narrator.ts";

export type AssistantMessage = Extract<LanguageModelV4Message, { role: "assistant" }>;
type Part = AssistantMessage["content"][number];

export interface Turn {
  message: AssistantMessage;
  text: string;
  calls: LanguageModelV4ToolCall[];
  finish: string;
  /** As the provider counted them, cached ones included; undefined when it did not say. */
  inputTokens: number | undefined;
}

/** A stream that is silent for this long is taken as broken; long thinking sends pings or summaries. */
const silenceMs = 180_000;

/** Asks once. Throws what the provider threw, or the error that came in the stream. */
export async function askOnce(options: {
  model: LanguageModelV4;
  call: LanguageModelV4CallOptions;
  narrator: Narrator;
}): Promise<Turn> {
  const silence = new AbortController();
  const signal = AbortSignal.any([silence.signal, ...(options.call.abortSignal ? [options.call.abortSignal] : [])]);
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new Error("the provider stopped answering")), silenceMs);
  };
  try {
    heard();
    const { stream } = await options.model.doStream({ ...options.call, abortSignal: signal });
    const gathered = new GatheredTurn(options.narrator);
    for await (const part of stream) {
      heard();
      gathered.add(part);
    }
    return gathered.finish();
  } catch (error) {
    throw silence.signal.aborted ? silence.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

const keep = (metadata: SharedV4ProviderMetadata | undefined) => (metadata ? { providerOptions: metadata } : {});

type TextKind = "text" | "reasoning";
interface Piece {
  id: string;
  delta?: string;
  providerMetadata?: SharedV4ProviderMetadata | undefined;
}

/** Puts the parts of a stream together and tells them while they come. */
class GatheredTurn {
  readonly #narrator: Narrator;
  readonly #content: Part[] = [];
  readonly #open = new Map<string, { text: string } & Part>();
  readonly #calls: LanguageModelV4ToolCall[] = [];
  #finish: string | undefined;
  #inputTokens: number | undefined;
  #state: "thinking" | "streaming" = "thinking";

  constructor(narrator: Narrator) {
    this.#narrator = narrator;
  }

  /** Throws the error a provider sends inside the stream. */
  add(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case "text-start":
        this.#begin("text", part);
        break;
      case "reasoning-start":
        this.#begin("reasoning", part);
        break;
      case "text-delta":
        this.#show("streaming");
        this.#narrator.output(part.delta);
        this.#grow("text", part);
        break;
      case "reasoning-delta":
        this.#show("thinking");
        this.#narrator.thinking(part.delta);
        this.#grow("reasoning", part);
        break;
      case "text-end":
        this.#grow("text", { id: part.id, providerMetadata: part.providerMetadata });
        break;
      case "reasoning-end":
        this.#grow("reasoning", { id: part.id, providerMetadata: part.providerMetadata });
        break;
      case "tool-call":
        this.#call(part);
        break;
      case "finish":
        this.#finish = part.finishReason.unified;
        this.#inputTokens = part.usage.inputTokens.total;
        return;
      case "error":
        throw part.error;
    }
  }

  finish(): Turn {
    if (this.#finish === undefined || this.#finish === "error") {
      throw new Error("the answer broke off");
    }
    const content = this.#content.filter((part) => !(part.type === "text" && part.text === ""));
    const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
    const message: AssistantMessage = { role: "assistant", content };
    return { message, text, calls: this.#calls, finish: this.#finish, inputTokens: this.#inputTokens };
  }

  #show(state: "thinking" | "streaming"): void {
    if (this.#state !== state) {
      this.#state = state;
      this.#narrator.say({ type: "AGENT_STATE", state, toolName: null });
    }
  }

  #begin(kind: TextKind, piece: Piece): void {
    const part = { type: kind, text: "", ...keep(piece.providerMetadata) };
    this.#open.set(`${kind}:${piece.id}`, part);
    this.#content.push(part);
  }

  #grow(kind: TextKind, piece: Piece): void {
    const key = `${kind}:${piece.id}`;
    if (!this.#open.has(key)) {
      this.#begin(kind, piece);
    }
    const part = this.#open.get(key);
    if (part) {
      part.text += piece.delta ?? "";
      // Signatures of thinking come with the last pieces; a provider wants them back with the text.
      Object.assign(part, keep(piece.providerMetadata));
    }
  }

  #call(call: LanguageModelV4ToolCall): void {
    this.#calls.push(call);
    const { toolCallId, toolName, input, providerMetadata } = call;
    this.#content.push({
      type: "tool-call",
      toolCallId,
      toolName,
      input: parseInput(input) ?? {},
      ...keep(providerMetadata),
    });
  }
}

/** Arguments of a tool call; undefined when they are not a JSON object. */
export function parseInput(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
