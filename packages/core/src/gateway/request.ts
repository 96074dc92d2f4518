/** The body of a model call: bounded, JSON, with the model's name, and asking for usage where that needs asking. */
import { setImmediate } from "node:timers/promises";
import { Fault, type ProviderWire } from "@djinnbot/contracts";
import { checkJsonBounds, type JsonBounds } from "../json-bounds.ts";
import { promptTokens } from "./estimate.ts";
import { checkNamesOneModel } from "./one-model.ts";
import { type OutputAsked, outputAsked, withOutputLimit } from "./output.ts";
import { checkOwnTools } from "./own-tools.ts";
import { familyOf } from "./wires.ts";

type Json = Record<string, unknown>;

/** Most bytes of a request: long contexts with images fit. */
export const maxRequestBytes = 10 * 1024 * 1024;

/** Throws TOO_LARGE, and BAD_REQUEST for a body that breaks off. */
export async function readBody(request: Request): Promise<Buffer> {
  const tooLarge = () =>
    new Fault("TOO_LARGE", `A model call may have ${maxRequestBytes / 1024 / 1024} MiB. Shorten the context.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxRequestBytes) {
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const part = await reader?.read().catch(() => {
      throw new Fault("BAD_REQUEST", "The request broke off.");
    });
    if (!part || part.done) {
      return Buffer.concat(chunks);
    }
    size += part.value.byteLength;
    if (size > maxRequestBytes) {
      await reader?.cancel();
      throw tooLarge();
    }
    chunks.push(part.value);
  }
}

export interface ModelRequest {
  model: string;
  /** What was asked, to ask another model the same. */
  json: Json;
  /** What to send: what was asked, written anew. */
  body: Buffer;
  inputTokens: number;
  output: OutputAsked;
}
/** How a provider wants to be asked. */
export interface Manner {
  wire: ProviderWire;
  /** Usage comes only when it is asked for. */
  addUsage: boolean;
}

/** Long contexts fit by far; what is over it would keep the process from everybody else. */
const bounds: JsonBounds = { maxDepth: 128, maxValues: 100_000, maxKeys: 1000 };

/** Throws BAD_REQUEST. `pathModel` is the model's name where the wire has it in the path. */
export async function parseModelRequest(
  raw: Buffer,
  { pathModel, ...manner }: Manner & { pathModel: string | null },
): Promise<ModelRequest> {
  checkJsonBounds(raw, bounds);
  await letOthersRun(raw);
  const json = parseObject(raw);
  const model = pathModel ?? json.model;
  if (typeof model !== "string" || !/^[\x21-\x7e]{1,200}$/.test(model)) {
    throw new Fault("BAD_REQUEST", "The request names no model.");
  }
  checkNamesOneModel(json, model, manner.wire);
  checkOwnTools(json, manner.wire);
  const output = outputAsked(json, manner.wire);
  await letOthersRun(raw);
  const body = renderBody(json, model, manner);
  const inputTokens = promptTokens(json, { bytes: body.length, wire: manner.wire });
  return { model, json, body, inputTokens, output };
}

/** The request as it goes out to `model`, with a limit of its answer where one is given. */
export function renderBody(json: Json, model: string, manner: Manner & { limit?: number | null }): Buffer {
  const { wire, addUsage, limit = null } = manner;
  // Google's has the model in the path.
  const named = familyOf(wire) === "google" || json.model === model ? json : { ...json, model };
  const limited = limit === null ? named : withOutputLimit(named, wire, limit);
  const wantsUsage = addUsage && familyOf(wire) === "openai" && json.stream === true;
  const given = json.stream_options;
  const streamOptions = typeof given === "object" && given !== null ? (given as Json) : {};
  const changed =
    wantsUsage && streamOptions.include_usage !== true
      ? { ...limited, stream_options: { ...streamOptions, include_usage: true } }
      : limited;
  // Written anew: a provider that reads a repeated key differently would otherwise see another model than the one that was checked.
  return Buffer.from(JSON.stringify(changed));
}

/** Each pass over a body of megabytes is short; all of them at once are not. */
async function letOthersRun(raw: Buffer): Promise<void> {
  if (raw.length > 1024 * 1024) {
    await setImmediate();
  }
}

function parseObject(raw: Buffer): Json {
  try {
    const json: unknown = JSON.parse(raw.toString("utf8"));
    if (typeof json === "object" && json !== null && !Array.isArray(json)) {
      return json as Json;
    }
  } catch {
    // Falls through to the one answer for both.
  }
  throw new Fault("BAD_REQUEST", "The request is not a JSON object.");
}
