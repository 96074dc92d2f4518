/** Model providers we know by name: address, wire and well-known models, as data. */
import type { Provider, ProviderModel, ProviderWire } from "@djinnbot/contracts";
import { z } from "zod";
import data from "./catalogue.json" with { type: "json" };

const Model = z.object({
  id: z.string(),
  name: z.string(),
  reasoning: z.boolean().default(false),
  contextWindow: z.int().nullable().default(null),
});
const Entry = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  wire: z.enum(["openai", "openai-compatible", "anthropic", "google"]),
  baseUrl: z.url().nullable(),
  apiKeyEnvVar: z.string(),
  docsUrl: z.url(),
  /** Path that only answers to a valid key; the models list unless it is public. */
  testPath: z.string().default("/models"),
  /** True: usage comes by itself at the end of a stream, and asking for it is an error. */
  streamUsageAutomatic: z.boolean().default(false),
  models: z.array(Model),
});
export type CatalogueEntry = z.infer<typeof Entry>;

export const catalogue: readonly CatalogueEntry[] = z.array(Entry).parse(data);
const byId = new Map(catalogue.map((entry) => [entry.id, entry]));

/** The entry of a provider we know; undefined for a custom one. */
export function catalogueEntry(providerId: string): CatalogueEntry | undefined {
  return byId.get(providerId);
}
/** True for `custom-…`, the id of a provider that somebody added. */
export function isCustomId(providerId: string): boolean {
  return /^custom-[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$/.test(providerId);
}
/** `custom-my-host` → `CUSTOM_MY_HOST_API_KEY`, the name of earlier installations. */
export function envVarOf(providerId: string, what: "API_KEY" | "BASE_URL"): string {
  return `${providerId.toUpperCase().replaceAll("-", "_")}_${what}`;
}

/** Extra values that every provider takes, besides its key. */
export const extraFields: Provider["extraFields"] = [
  {
    envVar: "ALLOWED_MODELS",
    label: "Allowed models",
    placeholder: "gpt-5, gpt-5-mini",
    description: "Only these models may be called, separated by commas. Empty: all.",
    required: false,
  },
];

/** Models of a static list as the contract shows them. */
export function staticModels(providerId: string): ProviderModel[] {
  return catalogueEntry(providerId)?.models.map((model) => ({ ...model })) ?? [];
}
/** The wire of a provider that has no row saying otherwise. */
export function defaultWire(providerId: string): ProviderWire {
  return catalogueEntry(providerId)?.wire ?? "openai-compatible";
}
