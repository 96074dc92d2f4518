/** Settings of a tenant and its model providers (agent-svc). */
import { z } from "zod";
import { ThinkingLevel } from "./agent.ts";
import { contract } from "./contract.ts";
import { EgressMode, HostPatterns } from "./egress.ts";
import { patchOf } from "./patch.ts";

const ModelRef = z
  .string()
  .max(256)
  .regex(/^[a-z0-9][a-z0-9-]{0,63}\/\S+$/, "provider/model");
/** A model name, or empty for "not set". */
const ModelSetting = z.union([z.literal(""), ModelRef]);

/** Flat camelCase settings with their defaults (reference of the earlier system; its model defaults are not ours). */
export const Settings = z.object({
  defaultWorkingModel: ModelSetting.default(""),
  defaultPlanningModel: ModelSetting.default(""),
  defaultExecutorModel: ModelSetting.default(""),
  defaultThinkingModel: ModelSetting.default(""),
  defaultSlackDecisionModel: ModelSetting.default(""),
  defaultWorkingModelThinkingLevel: ThinkingLevel.default("off"),
  defaultThinkingModelThinkingLevel: ThinkingLevel.default("medium"),
  defaultSlackDecisionModelThinkingLevel: ThinkingLevel.default("off"),
  pulseIntervalMinutes: z.int().min(1).max(10_080).default(30),
  pulseEnabled: z.boolean().default(true),
  userSlackId: z.string().max(64).default(""),
  agentRuntimeImage: z.string().max(512).default(""),
  ptcEnabled: z.boolean().default(true),
  containerMemoryLimitMb: z.int().min(128).max(65_536).default(2048),
  containerCpuLimit: z.number().min(0.1).max(64).default(2),
  containerShmSizeMb: z.int().min(16).max(16_384).default(256),
  jfsAgentCacheSizeMb: z.int().min(0).max(65_536).default(2048),
  containerReadyTimeoutSec: z.int().min(5).max(600).default(30),
  defaultStepTimeoutSec: z.int().min(5).max(86_400).default(300),
  chatIdleTimeoutMin: z.int().min(1).max(1440).default(30),
  reaperIntervalSec: z.int().min(5).max(3600).default(60),
  wakeEnabled: z.boolean().default(true),
  wakeCooldownSec: z.int().min(0).max(86_400).default(300),
  maxWakesPerDay: z.int().min(0).max(1000).default(12),
  maxWakesPerPairPerDay: z.int().min(0).max(1000).default(5),
  maxConcurrentPulseSessions: z.int().min(1).max(100).default(2),
  defaultPulseTimeoutSec: z.int().min(5).max(86_400).default(120),
  chatInactivityTimeoutSec: z.int().min(5).max(86_400).default(180),
  chatHardTimeoutSec: z.int().min(5).max(86_400).default(900),
  maxAutoContinuations: z.int().min(0).max(1000).default(50),
  /** What a run may spend unless it is started with limits of its own: micro-dollars and tokens; 0 = no limit. */
  defaultRunBudgetMicros: z.int().min(0).max(1_000_000_000_000_000).default(0),
  defaultRunBudgetTokens: z.int().min(0).max(1_000_000_000_000_000).default(0),
  /** Models to try in this order when the chosen one is down or refuses for capacity; only those of its wire are used. */
  fallbackModels: z.array(ModelRef).max(5).default([]),
  /** Where the tenant's agents may connect to; an agent's own rules can only narrow it. */
  egressMode: EgressMode.default("internet"),
  egressHosts: HostPatterns.default([]),
});
export type Settings = z.infer<typeof Settings>;
/** A partial change: only what is present is set (the earlier system reset the rest). */
export const SettingsPatch = patchOf(Settings);

/** Wires a provider can speak; the gateway passes them through untouched. */
export const ProviderWire = z.enum(["openai", "openai-compatible", "anthropic", "google"]);
export type ProviderWire = z.infer<typeof ProviderWire>;
/** Id of a provider in the catalogue, or `custom-{slug}`. */
export const ProviderId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "1–64 of a–z, 0–9 and -");
export const ProviderModel = z.object({
  id: z.string(),
  name: z.string(),
  reasoning: z.boolean(),
  /** Tokens; null when unknown. */
  contextWindow: z.int().nullable(),
});
export type ProviderModel = z.infer<typeof ProviderModel>;
export const Provider = z.object({
  providerId: z.string(),
  name: z.string(),
  description: z.string(),
  wire: ProviderWire,
  baseUrl: z.string().nullable(),
  enabled: z.boolean(),
  /** True when a key is stored by the tenant, or the platform offers the provider. */
  configured: z.boolean(),
  source: z.enum(["tenant", "platform", "none"]),
  maskedApiKey: z.string().nullable(),
  maskedExtraConfig: z.record(z.string(), z.string()).nullable(),
  plainExtraConfig: z.record(z.string(), z.string()).nullable(),
  apiKeyEnvVar: z.string(),
  docsUrl: z.string(),
  models: z.array(ProviderModel),
  extraFields: z.array(
    z.object({
      envVar: z.string(),
      label: z.string(),
      placeholder: z.string(),
      description: z.string(),
      required: z.boolean(),
    }),
  ),
  isCustom: z.boolean(),
  /** Replies are scripted; shown as a label wherever the provider is in use. */
  isDemo: z.boolean(),
  /** Null while nothing is wrong. `open`: it failed repeatedly and is not asked before `retryAt`. `halfOpen`: the next call is a trial. */
  trouble: z
    .object({
      state: z.enum(["failing", "open", "halfOpen"]),
      failures: z.int(),
      reason: z.string(),
      retryAt: z.int().nullable(),
    })
    .nullable(),
});
export type Provider = z.infer<typeof Provider>;

const base = { service: "agent-svc", wire: "camel" } as const;
const ref = { providerId: ProviderId };
const HttpUrl = z.url({ protocol: /^https?$/ }).max(2000);

export const settings = {
  get: contract({
    ...base,
    method: "GET",
    path: "/v1/settings/",
    scope: "settings:read",
    summary: "Settings of the tenant",
    input: z.object({}),
    output: Settings,
  }),
  update: contract({
    ...base,
    method: "PUT",
    path: "/v1/settings/",
    scope: "settings:write",
    summary: "Change settings; what is left out stays",
    input: SettingsPatch,
    output: Settings,
  }),
  providers: contract({
    ...base,
    method: "GET",
    path: "/v1/settings/providers",
    scope: "settings:read",
    summary: "Model providers: the catalogue, own ones and what is configured",
    input: z.object({}),
    output: z.array(Provider),
  }),
  putProvider: contract({
    ...base,
    method: "PUT",
    path: "/v1/settings/providers/{providerId}",
    scope: "settings:write",
    summary: "Configure a provider; a key that is left out stays",
    input: z.object({
      ...ref,
      enabled: z.boolean().default(true),
      apiKey: z.string().trim().min(1).max(4096).optional(),
      baseUrl: HttpUrl.nullish(),
      extraConfig: z.record(z.string().max(128), z.string().max(4096)).optional(),
    }),
    output: Provider,
    faults: ["NOT_FOUND", "BAD_REQUEST"],
  }),
  createCustomProvider: contract({
    ...base,
    method: "POST",
    path: "/v1/settings/providers/custom",
    scope: "settings:write",
    status: 201,
    summary: "Add an OpenAI-compatible endpoint as `custom-{slug}`",
    input: z.object({
      name: z.string().trim().min(1).max(128),
      slug: z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$/, "2–32 of a–z, 0–9 and -"),
      baseUrl: HttpUrl,
      apiKey: z.string().trim().min(1).max(4096).optional(),
    }),
    output: Provider,
    faults: ["CONFLICT", "BAD_REQUEST"],
  }),
  deleteProvider: contract({
    ...base,
    method: "DELETE",
    path: "/v1/settings/providers/{providerId}",
    scope: "settings:write",
    summary: "Forget a provider and its key",
    input: z.object(ref),
    output: z.object({ status: z.literal("ok"), providerId: z.string() }),
    faults: ["NOT_FOUND"],
  }),
  testProvider: contract({
    ...base,
    method: "POST",
    path: "/v1/settings/providers/{providerId}/test",
    scope: "settings:write",
    summary: "Ask the provider whether the key works",
    input: z.object(ref),
    output: z.object({ ok: z.boolean(), message: z.string(), latencyMs: z.int().nullable() }),
    faults: ["NOT_FOUND"],
  }),
  providerModels: contract({
    ...base,
    method: "GET",
    path: "/v1/settings/providers/{providerId}/models",
    scope: "settings:read",
    summary: "Models of a provider, live where it can be asked",
    input: z.object(ref),
    output: z.object({ models: z.array(ProviderModel), source: z.enum(["live", "static"]) }),
    faults: ["NOT_FOUND"],
  }),
  allKeys: contract({
    ...base,
    method: "GET",
    path: "/v1/settings/providers/keys/all",
    scope: "service",
    summary: "Decrypted provider keys of a tenant, for our own services only",
    input: z.object({ userId: z.string().max(64).optional() }),
    output: z.object({
      keys: z.record(z.string(), z.string()),
      extra: z.record(z.string(), z.string()),
      keySources: z.record(z.string(), z.object({ source: z.string(), maskedKey: z.string() })),
    }),
  }),
};
