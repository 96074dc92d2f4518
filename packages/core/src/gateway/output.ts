/** How long an answer may become: what the caller allows, else what the model can do, else what we write into the request. */
import { Fault, type ProviderWire } from "@djinnbot/contracts";
import type { Estimate } from "../budget/reserve.ts";
import { isCustomId } from "../settings/catalogue.ts";
import { familyOf } from "./wires.ts";

type Json = Record<string, unknown>;

/** What the request says of the answer's length. */
export interface OutputAsked {
  /** Tokens of one answer; null when nothing that every provider of the wire obeys is said. */
  limit: number | null;
  /** Said in a way that not every provider of the wire obeys. */
  hint: number;
  answers: number;
}
/** What may be held for a call. `limit` goes into the request, so that the call keeps to what is held. */
export interface Share extends Estimate {
  limit: number | null;
}

/** An answer without a limit, of a model that we do not know. */
const unknownOutput = 16_384;
/** Enough for most turns; asked for when the budgets hold no more. */
const smallOutput = 4096;
const mostTokens = 10_000_000;
const mostAnswers = 128;

/** By the model's name behind its provider's: the longest answer, as the providers' documentation has it. The first that fits counts. */
const knownOutputs: readonly (readonly [RegExp, number])[] = [
  [/^claude-opus-4[.-]5/, 64_000],
  [/^claude-opus-4/, 32_000],
  [/^claude-(sonnet|haiku)-4/, 64_000],
  [/^gpt-5(\.\d+)?-chat/, 16_384],
  [/^gpt-5/, 128_000],
  [/^gpt-4\.1/, 32_768],
  [/^(chatgpt-|gpt-)4o/, 16_384],
  [/^gpt-4-turbo|^gpt-3\.5/, 4096],
  [/^gpt-4(-\d|$)/, 8192],
  [/^o1-mini/, 65_536],
  [/^o[134](-mini|-pro)?(-\d|$)/, 100_000],
  [/^gemini-(2\.5|3)/, 65_536],
  [/^gemini-(1\.5|2\.0)/, 8192],
];

/** Largest first. `model` is `provider/model`. */
export function sharesOf(call: {
  model: string;
  wire: ProviderWire;
  inputTokens: number;
  asked: OutputAsked;
}): [Share, ...Share[]] {
  const { wire, inputTokens } = call;
  const { limit, hint, answers } = call.asked;
  const share = (tokens: number, isWritten: boolean): Share => ({
    inputTokens,
    outputTokens: tokens * answers,
    limit: isWritten ? tokens : null,
  });
  if (limit !== null) {
    return [share(limit, false)];
  }
  const known = knownOutput(call.model);
  const most = Math.max(known ?? unknownOutput, hint);
  // A small model behind a compatible wire refuses a limit that its context has no room for: there the usual length is only held.
  const first = share(most, known === null && wire !== "openai-compatible");
  return hint === 0 && most > smallOutput ? [first, share(smallOutput, true)] : [first];
}

function knownOutput(model: string): number | null {
  const [providerId = "", ...rest] = model.split("/");
  const name = rest.at(-1) ?? "";
  return isCustomId(providerId) ? null : (knownOutputs.find(([pattern]) => pattern.test(name))?.[1] ?? null);
}

/** Throws BAD_REQUEST for a limit that is none: what a provider makes of it would be anybody's guess. */
export function outputAsked(json: Json, wire: ProviderWire): OutputAsked {
  if (familyOf(wire) === "google") {
    const configs = read(json, ["generationConfig", "generation_config"]).filter((value) => isObject(value));
    const limits = configs.flatMap((config) => read(config, ["maxOutputTokens", "max_output_tokens"]));
    const answers = configs.flatMap((config) => read(config, ["candidateCount", "candidate_count"]));
    return { limit: largest(limits, "maxOutputTokens"), hint: 0, answers: answersOf(answers) };
  }
  const limit = largest(read(json, ["max_tokens"]), "max_tokens");
  if (wire === "anthropic") {
    return { limit, hint: 0, answers: 1 };
  }
  const newer = largest(read(json, ["max_completion_tokens"]), "max_completion_tokens");
  const answers = answersOf(read(json, ["n"]));
  if (wire === "openai-compatible" && limit === null) {
    // Older servers do not know the newer name.
    return { limit: null, hint: newer ?? 0, answers };
  }
  const both = [limit, newer].filter((value) => value !== null);
  return { limit: both.length > 0 ? Math.max(...both) : null, hint: 0, answers };
}

/** The request with a limit; for one that has none. */
export function withOutputLimit(json: Json, wire: ProviderWire, limit: number): Json {
  switch (wire) {
    case "openai":
      return { ...json, max_completion_tokens: limit };
    case "openai-compatible":
    case "anthropic":
      return { ...json, max_tokens: limit };
    case "google": {
      const { generation_config: snake, generationConfig: camel, ...rest } = json;
      const given = { ...(isObject(snake) ? snake : {}), ...(isObject(camel) ? camel : {}) };
      const { max_output_tokens: _, ...config } = given;
      return { ...rest, generationConfig: { ...config, maxOutputTokens: limit } };
    }
  }
}

/** Values of keys by their exact names. Some servers take a key in any case: one in another is refused, so that it cannot say more. */
function read(json: Json, names: readonly string[]): unknown[] {
  const plain = names.map((name) => name.toLowerCase());
  for (const key of Object.keys(json)) {
    if (plain.includes(key.toLowerCase()) && !names.includes(key)) {
      throw new Fault("BAD_REQUEST", `Write ${names[0]} as it is written here.`);
    }
  }
  return names.map((name) => json[name]).filter((value) => value !== undefined && value !== null);
}

function largest(values: readonly unknown[], name: string, most: number = mostTokens): number | null {
  const numbers = values.map((value) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > most) {
      throw new Fault("BAD_REQUEST", `${name} must be a whole number from 1 to ${most.toLocaleString("en-US")}.`);
    }
    return value;
  });
  return numbers.length > 0 ? Math.max(...numbers) : null;
}

function answersOf(values: readonly unknown[]): number {
  return largest(values, "The number of answers", mostAnswers) ?? 1;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
