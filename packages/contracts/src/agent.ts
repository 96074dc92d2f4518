/** Agents: personas with a model, tools and limits; templates are the catalogue they are cloned from (agent-svc). */
import { z } from "zod";
import { contract } from "./contract.ts";
import { EgressMode, HostPatterns } from "./egress.ts";
import { AgentId, EpochMs, IdOrSlug, Name, Slug, TenantId } from "./id.ts";
import { PageInput, page } from "./page.ts";
import { patchOf } from "./patch.ts";

export const ThinkingLevel = z.enum(["off", "minimal", "low", "medium", "high", "xhigh"]);
export type ThinkingLevel = z.infer<typeof ThinkingLevel>;
/** `provider/model-id`, e.g. `anthropic/claude-sonnet-4`; the model id may itself hold slashes. */
export const ModelName = z
  .string()
  .max(256)
  .regex(/^[a-z0-9][a-z0-9-]{0,63}\/\S+$/, "provider/model");

export const personaFiles = ["IDENTITY.md", "SOUL.md", "AGENTS.md", "DECISION.md"] as const;
export const PersonaFile = z.enum(personaFiles);
export type PersonaFile = z.infer<typeof PersonaFile>;
const maxPersonaChars = 100_000;

const guardrails = z.object({
  cooldownSeconds: z.int().min(0).default(300),
  maxWakesPerDay: z.int().min(0).default(12),
  maxDailySessionMinutes: z.int().min(0).default(120),
  maxWakesPerPairPerDay: z.int().min(0).default(5),
});

/** Configuration of an agent (the earlier system's config.yml), all with defaults; null model = the tenant's default. */
export const AgentConfig = z.object({
  model: ModelName.nullable().default(null),
  thinkingModel: ModelName.nullable().default(null),
  planningModel: ModelName.nullable().default(null),
  executorModel: ModelName.nullable().default(null),
  thinkingLevel: ThinkingLevel.default("off"),
  thinkingModelThinkingLevel: ThinkingLevel.default("off"),
  threadMode: z.enum(["passive", "active"]).default("passive"),
  tools: z.array(z.string().max(64)).max(200).default([]),
  /** Seconds; null = the pipeline's or the tenant's default. */
  timeout: z.int().min(1).max(86_400).nullable().default(null),
  maxRetries: z.int().min(0).max(20).nullable().default(null),
  maxConcurrentSteps: z.int().min(1).max(50).default(2),
  /** What of the tenant's network rules is left to this agent; null = all of it. */
  egressMode: EgressMode.nullable().default(null),
  egressHosts: HostPatterns.default([]),
  pulseEnabled: z.boolean().default(false),
  pulseIntervalMinutes: z.int().min(1).max(10_080).default(30),
  pulseOffsetMinutes: z.int().min(0).max(10_080).default(0),
  pulseColumns: z.array(z.string().max(64)).max(50).default([]),
  pulseTransitionsTo: z.array(z.string().max(64)).max(50).default([]),
  pulseContainerTimeoutMs: z.int().min(1000).default(120_000),
  coordination: z
    .object({ maxConcurrentPulseSessions: z.int().min(1).default(2), wakeGuardrails: guardrails.prefault({}) })
    .prefault({}),
});
export type AgentConfig = z.infer<typeof AgentConfig>;
/** A partial change of the configuration: only what is present is set. */
export const AgentConfigPatch = patchOf(AgentConfig);

export const Agent = z.object({
  id: AgentId,
  tenantId: TenantId,
  slug: z.string(),
  name: z.string(),
  emoji: z.string().nullable(),
  role: z.string().nullable(),
  description: z.string(),
  status: z.enum(["active", "disabled"]),
  model: z.string().nullable(),
  thinkingLevel: ThinkingLevel,
  personaFiles: z.array(PersonaFile),
  slackConnected: z.boolean(),
  memoryCount: z.int(),
  createdAt: EpochMs,
  updatedAt: EpochMs,
});
export type Agent = z.infer<typeof Agent>;
export const AgentDetail = Agent.extend({
  /** Persona texts by file name. */
  files: z.record(z.string(), z.string()),
  soulPreview: z.string(),
});
export type AgentDetail = z.infer<typeof AgentDetail>;

export const AgentTemplate = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  emoji: z.string().nullable(),
  role: z.string().nullable(),
  description: z.string(),
  stage: z.string().nullable(),
  files: z.record(z.string(), z.string()),
});
export type AgentTemplate = z.infer<typeof AgentTemplate>;

export const AgentState = z.enum(["idle", "working", "thinking", "tool_calling"]);
const AgentActivity = z.object({
  id: AgentId,
  slug: z.string(),
  name: z.string(),
  emoji: z.string().nullable(),
  role: z.string().nullable(),
  state: AgentState,
  currentWork: z.object({ step: z.string(), runId: z.string() }).nullable(),
  queueLength: z.int(),
  lastActive: EpochMs.nullable(),
  lastPulse: EpochMs.nullable(),
  pulseEnabled: z.boolean(),
  slackConnected: z.boolean(),
});

const Emoji = z.string().trim().max(16);
const base = { service: "agent-svc" } as const;

export const agents = {
  list: contract({
    ...base,
    method: "GET",
    path: "/v1/agents/",
    scope: "agents:read",
    page: true,
    summary: "Agents of the tenant",
    input: PageInput.extend({ limit: z.coerce.number().int().min(1).max(200).default(200) }),
    output: page(Agent),
  }),
  create: contract({
    ...base,
    method: "POST",
    path: "/v1/agents/",
    scope: "agents:write",
    status: 201,
    summary: "Create an agent from scratch",
    input: z.object({
      name: Name,
      /** Left out: made from the name. */
      slug: Slug.optional(),
      emoji: Emoji.nullish(),
      role: Name.nullish(),
      description: z.string().max(2000).default(""),
      model: ModelName.nullish(),
      files: z.partialRecord(PersonaFile, z.string().max(maxPersonaChars)).optional(),
    }),
    output: AgentDetail,
    faults: ["CONFLICT"],
  }),
  get: contract({
    ...base,
    method: "GET",
    path: "/v1/agents/{agentId}",
    scope: "agents:read",
    summary: "One agent with its persona texts",
    input: z.object({ agentId: IdOrSlug }),
    output: AgentDetail,
    faults: ["NOT_FOUND"],
  }),
  update: contract({
    ...base,
    method: "PATCH",
    path: "/v1/agents/{agentId}",
    scope: "agents:write",
    summary: "Change name, role, description, emoji or status",
    input: z.object({
      agentId: IdOrSlug,
      name: Name.optional(),
      emoji: Emoji.nullish(),
      role: Name.nullish(),
      description: z.string().max(2000).optional(),
      status: z.enum(["active", "disabled"]).optional(),
    }),
    output: AgentDetail,
    faults: ["NOT_FOUND"],
  }),
  delete: contract({
    ...base,
    method: "DELETE",
    path: "/v1/agents/{agentId}",
    scope: "agents:write",
    summary: "Delete an agent; its finished runs stay readable",
    input: z.object({ agentId: IdOrSlug }),
    output: z.object({ status: z.literal("deleted"), agentId: z.string() }),
    faults: ["NOT_FOUND"],
  }),
  clone: contract({
    ...base,
    method: "POST",
    path: "/v1/agents/{agentId}/clone",
    scope: "agents:write",
    status: 201,
    summary: "Copy an agent of one's own, or a template of the catalogue (by its slug or id)",
    input: z.object({ agentId: IdOrSlug, name: Name.optional(), slug: Slug.optional() }),
    output: AgentDetail,
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
  templates: contract({
    ...base,
    method: "GET",
    path: "/v1/agents/templates",
    scope: "agents:read",
    summary: "The catalogue of agents to clone",
    input: z.object({}),
    output: z.array(AgentTemplate),
  }),
  status: contract({
    ...base,
    method: "GET",
    path: "/v1/agents/status",
    scope: "agents:read",
    wire: "camel",
    summary: "What every agent is doing now",
    input: z.object({}),
    output: z.object({
      agents: z.array(AgentActivity),
      summary: z.object({ total: z.int(), idle: z.int(), working: z.int(), thinking: z.int(), totalQueued: z.int() }),
    }),
  }),
  getConfig: contract({
    ...base,
    method: "GET",
    path: "/v1/agents/{agentId}/config",
    scope: "agents:read",
    wire: "camel",
    summary: "Configuration of an agent",
    input: z.object({ agentId: IdOrSlug }),
    output: AgentConfig,
    faults: ["NOT_FOUND"],
  }),
  putConfig: contract({
    ...base,
    method: "PUT",
    path: "/v1/agents/{agentId}/config",
    scope: "agents:write",
    wire: "camel",
    summary: "Change the configuration; what is left out stays",
    input: AgentConfigPatch.extend({ agentId: IdOrSlug }),
    output: z.object({
      status: z.literal("updated"),
      success: z.literal(true),
      message: z.string(),
      config: AgentConfig,
    }),
    faults: ["NOT_FOUND"],
  }),
  putFile: contract({
    ...base,
    method: "PUT",
    path: "/v1/agents/{agentId}/files/{filename}",
    scope: "agents:write",
    summary: "Write one persona text",
    input: z.object({ agentId: IdOrSlug, filename: z.string().max(64), content: z.string().max(maxPersonaChars) }),
    output: z.object({ status: z.literal("updated"), filename: z.string(), size: z.int() }),
    faults: ["NOT_FOUND", "BAD_REQUEST"],
  }),
};
