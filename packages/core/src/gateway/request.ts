/** The body of a model call: bounded, JSON, with the model's name, and asking for usage where that needs asking. */
import { Fault, type ProviderWire } from "@djinnbot/contracts";
import { familyOf } from "./wires.ts";

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
  json: Record<string, unknown>;
  /** What to send: the caller's bytes unless something had to be added. */
  body: Buffer;
}

/** Throws BAD_REQUEST. `pathModel` is the model's name where the wire has it in the path. */
export function parseModelRequest(
  raw: Buffer,
  options: { wire: ProviderWire; pathModel: string | null; addUsage: boolean },
): ModelRequest {
  const json = parseObject(raw);
  const model = options.pathModel ?? json.model;
  if (typeof model !== "string" || !/^[\x21-\x7e]{1,200}$/.test(model)) {
    throw new Fault("BAD_REQUEST", "The request names no model.");
  }
  return renderModelRequest(json, model, options);
}

/** The request as it goes out to `model`. */
export function renderModelRequest(
  json: Record<string, unknown>,
  model: string,
  options: { wire: ProviderWire; addUsage: boolean },
): ModelRequest {
  // Google's has the model in the path.
  const named = familyOf(options.wire) === "google" || json.model === model ? json : { ...json, model };
  const wantsUsage = options.addUsage && familyOf(options.wire) === "openai" && json.stream === true;
  const given = json.stream_options;
  const streamOptions = typeof given === "object" && given !== null ? (given as Record<string, unknown>) : {};
  const changed =
    wantsUsage && streamOptions.include_usage !== true
      ? { ...named, stream_options: { ...streamOptions, include_usage: true } }
      : named;
  // Written anew: a provider that reads a repeated key differently would otherwise see another model than the one that was checked.
  return { model, json, body: write(changed) };
}

/** What parses may still be too deep to be written. */
function write(json: Record<string, unknown>): Buffer {
  try {
    return Buffer.from(JSON.stringify(json));
  } catch {
    throw new Fault("BAD_REQUEST", "The request is nested too deeply.");
  }
}

function parseObject(raw: Buffer): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(raw.toString("utf8"));
    if (typeof json === "object" && json !== null && !Array.isArray(json)) {
      return json as Record<string, unknown>;
    }
  } catch {
    // Falls through to the one answer for both.
  }
  throw new Fault("BAD_REQUEST", "The request is not a JSON object.");
}
