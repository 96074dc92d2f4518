/** Identifiers: one prefix per noun, random and global; human-readable slugs are unique per tenant only. */
import { z } from "zod";

export const idPrefix = {
  tenant: "ten_",
  user: "usr_",
  userSession: "uss_",
  refreshFamily: "fam_",
  apiKey: "ak_",
  agent: "agt_",
  agentTemplate: "agtpl_",
  pipeline: "pip_",
  run: "run_",
  delegation: "dlg_",
  session: "ses_",
  sessionEvent: "sev_",
  provider: "mpr_",
  price: "prc_",
  budget: "bdg_",
  reservation: "rsv_",
  llmCall: "llm_",
  audit: "aud_",
  event: "evt_",
  request: "req_",
} as const;
export type IdKind = keyof typeof idPrefix;

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
const idLength = 16;

// Random bytes are drawn 4 KiB at a time: a call for every id shows in profiles of the engine.
const pool = new Uint8Array(4096);
let used = pool.length;
function randomByte(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const byte = pool[used] ?? 0;
  used += 1;
  return byte;
}

/** A new random id of a kind, e.g. `run_4k2…` (16 characters of [0-9a-z], 82 bits; safe in DNS labels without its prefix). */
export function newId(kind: IdKind): string {
  let out = "";
  while (out.length < idLength) {
    const byte = randomByte();
    // 252 is the largest multiple of 36 below 256: bytes above it would favour the first letters.
    if (byte < 252) {
      out += alphabet[byte % 36];
    }
  }
  return idPrefix[kind] + out;
}

export const idOf = (kind: IdKind) =>
  z.string().regex(new RegExp(`^${idPrefix[kind]}[0-9a-z]{6,40}$`), `not a ${kind} id`);

export const TenantId = idOf("tenant");
export const UserId = idOf("user");
export const AgentId = idOf("agent");
export const RunId = idOf("run");
export const SessionId = idOf("session");
export const ApiKeyId = idOf("apiKey");

/** URL-safe name, unique per tenant: lower case, digits and dashes, 2–64 characters. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])$/, "2–64 of a–z, 0–9 and -, not at the ends");
/** A path segment that names a thing either by its id or by its tenant-unique slug (bounded, so a look-up stays cheap). */
export const IdOrSlug = z.string().min(1).max(128);
/** Identifier of a pipeline step or an agent inside a pipeline. */
export const StepId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "1–64 letters, digits, _ or -");
/** Epoch milliseconds. */
export const EpochMs = z.int().nonnegative();
/** Display name: 1–256 characters, trimmed, without control characters. */
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .regex(/^\P{Cc}*$/u, "no control characters");

/** `Customer Café!` → `customer-cafe`; falls back to `fallback` when nothing is left. */
export function slugify(text: string, fallback = "item"): string {
  const slug = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64)
    .replace(/-+$/, "");
  return slug.length >= 2 ? slug : fallback;
}

/** Key of a step's row: the first execution is `run_step`, later ones carry their number (`attempt` starts at 1). */
export function stepRowId(runId: string, stepId: string, attempt: number): string {
  return attempt === 1 ? `${runId}_${stepId}` : `${runId}_${stepId}_${attempt}`;
}
/** Request id of what an engine does with a run of its own accord. */
export function runRequestId(runId: string): string {
  return `run:${runId}`;
}
