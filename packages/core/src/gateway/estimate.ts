/** What a call may need at most, guessed from what is asked: the prompt's size, and the longest answer that is allowed. */
import type { ProviderWire } from "@djinnbot/contracts";
import type { Estimate } from "../budget/reserve.ts";
import { familyOf } from "./wires.ts";

type Json = Record<string, unknown>;

const bytesPerToken = 4;
/** What providers count for an image or a page, about; its bytes say nothing. */
const attachmentTokens = 1500;
const attachmentChars = 4096;
/** An answer whose length is not limited; few are longer. */
const usualOutputTokens = 4096;

export function estimateTokens(json: Json, wire: ProviderWire): Estimate {
  return { inputTokens: promptTokens(json), outputTokens: mostOutput(json, wire) };
}

function promptTokens(value: unknown): number {
  if (typeof value === "string") {
    return isAttachment(value) ? attachmentTokens : Math.ceil(Buffer.byteLength(value) / bytesPerToken);
  }
  if (typeof value !== "object" || value === null) {
    return 1;
  }
  let sum = 0;
  for (const [key, item] of Object.entries(value)) {
    sum += promptTokens(item) + (Array.isArray(value) ? 0 : Math.ceil(key.length / bytesPerToken));
  }
  return sum;
}

function isAttachment(text: string): boolean {
  return text.length > attachmentChars && /^(data:[\w/+.-]+;base64,)?[A-Za-z0-9+/_-]+={0,2}$/.test(text);
}

function mostOutput(json: Json, wire: ProviderWire): number {
  const config = typeof json.generationConfig === "object" ? (json.generationConfig as Json | null) : null;
  const fields = {
    openai: { most: json.max_completion_tokens ?? json.max_tokens, answers: json.n },
    anthropic: { most: json.max_tokens, answers: 1 },
    google: { most: config?.maxOutputTokens, answers: config?.candidateCount },
  }[familyOf(wire)];
  return whole(fields.most, usualOutputTokens) * whole(fields.answers, 1);
}

function whole(value: unknown, otherwise: number): number {
  return typeof value === "number" && value >= 1 && value < 1e9 ? Math.ceil(value) : otherwise;
}
