/** Questions to a provider outside of a run: does the key work, and which models are there? */
import type { OutputOf, ProviderModel, settings } from "@djinnbot/contracts";
import { notFound } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { z } from "zod";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { authHeaders } from "../gateway/wires.ts";
import { guard } from "../guard.ts";
import { NetError, readText, safeRequest } from "../net/safe-fetch.ts";
import { catalogueEntry, staticModels } from "./catalogue.ts";
import { chooseRow, providerRows, toUsable, type UsableProvider } from "./provider-row.ts";

const testTimeoutMs = 10_000;
const modelsTimeoutMs = 3000;
const maxAnswerBytes = 8 * 1024 * 1024;

/** Never throws for what the provider does: the answer says it. Throws NOT_FOUND for an unknown provider. */
export async function testProvider({
  ctx,
  input,
}: VerbArgs<typeof settings.testProvider>): Promise<OutputOf<typeof settings.testProvider>> {
  guard(ctx, "settings:write");
  const provider = await find(ctx, input.providerId);
  if (!provider) {
    return { ok: false, message: "No key is stored for this provider.", latencyMs: null };
  }
  const started = performance.now();
  try {
    const path = catalogueEntry(provider.providerId)?.testPath ?? "/models";
    const { status } = await ask(ctx, provider, { path, timeoutMs: testTimeoutMs });
    return { ok: status < 300, message: verdict(status), latencyMs: Math.round(performance.now() - started) };
  } catch (error) {
    if (error instanceof NetError) {
      return { ok: false, message: error.message, latencyMs: null };
    }
    throw error;
  }
}

function verdict(status: number): string {
  if (status < 300) {
    return "The provider accepts the key.";
  }
  if (status === 401 || status === 403) {
    return `The provider refuses the key (${status}). Check it, and that it has not expired.`;
  }
  if (status < 400) {
    return `The provider answers with a redirect (${status}). Check the base URL.`;
  }
  if (status === 404) {
    return "There is no models list at this address (404). Check the base URL; it usually ends in /v1.";
  }
  if (status === 429) {
    return "The provider refuses for now: too many requests or no credit left (429).";
  }
  return `The provider answers with an error (${status}). Try again later.`;
}

/** Live within three seconds, else the static list. Throws NOT_FOUND for an unknown provider. */
export async function providerModels({
  ctx,
  input,
}: VerbArgs<typeof settings.providerModels>): Promise<OutputOf<typeof settings.providerModels>> {
  guard(ctx, "settings:read");
  const provider = await find(ctx, input.providerId);
  const live = provider ? await liveModels(ctx, provider) : null;
  return live ? { models: live, source: "live" } : { models: staticModels(input.providerId), source: "static" };
}

async function find(ctx: Ctx, providerId: string): Promise<UsableProvider | null> {
  const rows = await withTenant(ctx.deps.db, ctx.tenantId, (tx) => providerRows(tx, providerId));
  if (rows.length === 0 && !catalogueEntry(providerId)) {
    throw notFound("Provider");
  }
  const chosen = chooseRow(rows);
  return chosen ? toUsable(ctx.deps.config, chosen) : null;
}

async function ask(
  ctx: Ctx,
  provider: UsableProvider,
  options: { path: string; timeoutMs: number },
): Promise<{ status: number; text: string }> {
  const response = await safeRequest({
    url: `${provider.baseUrl}${options.path}`,
    headers: { accept: "application/json", "accept-encoding": "identity", ...authHeaders(provider) },
    headersTimeoutMs: options.timeoutMs,
    idleTimeoutMs: options.timeoutMs,
    signal: AbortSignal.timeout(options.timeoutMs * 2),
    allowPrivate: provider.source === "platform" || ctx.deps.config.allowPrivateAddresses,
  });
  return { status: response.status, text: await readText(response, maxAnswerBytes) };
}

/** The lists of all wires: `data[].id` (OpenAI, Anthropic) or `models[].name` (Google, with `models/` in front). */
const LiveList = z.object({
  data: z
    .array(
      z.object({
        id: z.string(),
        name: z.string().nullish(),
        display_name: z.string().nullish(),
        context_length: z.number().nullish(),
        context_window: z.number().nullish(),
        supported_parameters: z.array(z.string()).nullish(),
      }),
    )
    .optional(),
  models: z
    .array(
      z.object({
        name: z.string(),
        displayName: z.string().nullish(),
        inputTokenLimit: z.number().nullish(),
        thinking: z.boolean().nullish(),
        supportedGenerationMethods: z.array(z.string()).nullish(),
      }),
    )
    .optional(),
});

async function liveModels(ctx: Ctx, provider: UsableProvider): Promise<ProviderModel[] | null> {
  try {
    const path = provider.wire === "google" ? "/models?pageSize=1000" : "/models";
    const { status, text } = await ask(ctx, provider, { path, timeoutMs: modelsTimeoutMs });
    const models = status < 300 ? parseModels(provider.providerId, JSON.parse(text)) : [];
    return models.length === 0 ? null : models;
  } catch (error) {
    ctx.log.info({ provider: provider.providerId, err: (error as Error).message }, "no live list of models");
    return null;
  }
}

/** Exported for its test. What the provider leaves out comes from the static list. */
export function parseModels(providerId: string, json: unknown): ProviderModel[] {
  const list = LiveList.safeParse(json).data;
  const known = new Map(staticModels(providerId).map((model) => [model.id, model]));
  const whole = (value: number | null | undefined) =>
    typeof value === "number" && value > 0 ? Math.floor(value) : null;
  const data = (list?.data ?? []).map((model) => ({
    id: model.id,
    name: model.name ?? model.display_name ?? known.get(model.id)?.name ?? model.id,
    reasoning: model.supported_parameters?.includes("reasoning") ?? known.get(model.id)?.reasoning ?? false,
    contextWindow:
      whole(model.context_length) ?? whole(model.context_window) ?? known.get(model.id)?.contextWindow ?? null,
  }));
  const google = (list?.models ?? [])
    .filter((model) => model.supportedGenerationMethods?.includes("generateContent") ?? true)
    .map((model) => {
      const id = model.name.replace(/^models\//, "");
      return {
        id,
        name: model.displayName ?? id,
        reasoning: model.thinking ?? known.get(id)?.reasoning ?? false,
        contextWindow: whole(model.inputTokenLimit),
      };
    });
  return [...data, ...google].slice(0, 2000);
}
