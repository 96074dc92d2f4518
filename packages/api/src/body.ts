/** Request bodies: JSON only, bounded in bytes, depth and values, without keys that reach into prototypes. */
import { Fault } from "@djinnbot/contracts";
import { checkJsonBounds } from "@djinnbot/core/json-bounds";

/** 1 MiB. */
export const maxBodyBytes = 1_048_576;
const bounds = { maxDepth: 64, maxValues: 200_000, maxKeys: 20_000 };

/** The body as text. Throws TOO_LARGE above `maxBodyBytes`, without reading further: the rest is the host's to drain. */
export async function readText(request: Request): Promise<string> {
  const tooLarge = new Fault("TOO_LARGE", `The body may have at most ${maxBodyBytes} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes) {
    throw tooLarge;
  }
  if (!request.body) {
    return "";
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  // A cancelled body would take its connection down, and with it our answer.
  for await (const chunk of request.body.values({ preventCancel: true })) {
    size += chunk.byteLength;
    if (size > maxBodyBytes) {
      throw tooLarge;
    }
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  } catch {
    throw new Fault("BAD_REQUEST", "The body is not UTF-8.");
  }
}

/** The body as a JSON object; an empty body and `null` count as an empty one. Throws BAD_REQUEST or TOO_LARGE. */
export async function readJsonObject(request: Request): Promise<Record<string, unknown>> {
  const text = await readText(request);
  if (text.trim() === "") {
    return {};
  }
  const type = request.headers.get("content-type");
  if (type !== null && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new Fault("BAD_REQUEST", "Send the body as application/json.");
  }
  const value = parseJson(text) ?? {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new Fault("BAD_REQUEST", "The body must be a JSON object.");
  }
  return value as Record<string, unknown>;
}

/** JSON within the bounds. Throws BAD_REQUEST. */
export function parseJson(text: string): unknown {
  checkJsonBounds(Buffer.from(text), bounds);
  try {
    // The key can also be written with escapes, so every text with one is looked at.
    return /__proto__|\\u00/i.test(text) ? JSON.parse(text, refusePrototype) : JSON.parse(text);
  } catch (error) {
    throw error instanceof Fault ? error : new Fault("BAD_REQUEST", "The body is not valid JSON.");
  }
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key === "__proto__") {
    throw new Fault("BAD_REQUEST", "The key __proto__ is not allowed.");
  }
  return value;
}
