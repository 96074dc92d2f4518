/** Model calls: what was asked of which provider, tokens, cost, latency (agent-svc). */
import { z } from "zod";
import { contract } from "./contract.ts";
import { EpochMs } from "./id.ts";

const Tokens = z.int().nonnegative();

export const LlmCall = z.object({
  id: z.string(),
  sessionId: z.string().nullable(),
  runId: z.string().nullable(),
  stepId: z.string().nullable(),
  agentId: z.string().nullable(),
  requestId: z.string().nullable(),
  userId: z.string().nullable(),
  provider: z.string(),
  model: z.string(),
  keySource: z.string().nullable(),
  keyMasked: z.string().nullable(),
  inputTokens: Tokens,
  outputTokens: Tokens,
  cacheReadTokens: Tokens,
  cacheWriteTokens: Tokens,
  totalTokens: Tokens,
  /** US dollars. */
  costInput: z.number().nullable(),
  costOutput: z.number().nullable(),
  costTotal: z.number().nullable(),
  costApproximate: z.boolean(),
  durationMs: z.int().nullable(),
  toolCallCount: z.int(),
  hasThinking: z.boolean(),
  stopReason: z.string().nullable(),
  /** HTTP status of the provider's answer; null when it never answered. */
  status: z.int().nullable(),
  error: z.string().nullable(),
  /** `provider/model` that was asked for, where another answered in its place. */
  requestedModel: z.string().nullable(),
  /** Tokens that fit into the model; null when unknown. */
  contextWindow: z.int().nullable(),
  createdAt: EpochMs,
});
export type LlmCall = z.infer<typeof LlmCall>;

const base = { service: "agent-svc" } as const;

export const llmCalls = {
  list: contract({
    ...base,
    method: "GET",
    path: "/v1/llm-calls",
    scope: "llm:read",
    summary: "Model calls with totals",
    input: z.object({
      sessionId: z.string().max(128).optional(),
      runId: z.string().max(64).optional(),
      agentId: z.string().max(128).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
    }),
    output: z.object({
      calls: z.array(LlmCall),
      total: z.int(),
      hasMore: z.boolean(),
      summary: z.object({
        callCount: z.int(),
        totalInputTokens: Tokens,
        totalOutputTokens: Tokens,
        totalCacheReadTokens: Tokens,
        totalCacheWriteTokens: Tokens,
        totalTokens: Tokens,
        totalCost: z.number(),
        totalCostInput: z.number(),
        totalCostOutput: z.number(),
        avgDurationMs: z.number(),
        /** Of the newest call that answered: tokens it read and wrote, and how many its model holds. */
        contextUsedTokens: z.int().nullable(),
        contextWindowTokens: z.int().nullable(),
        contextPercent: z.number().nullable(),
      }),
    }),
  }),
  create: contract({
    ...base,
    method: "POST",
    path: "/v1/llm-calls",
    aliases: ["/v1/internal/llm-calls"],
    scope: "service",
    summary: "Record a model call that did not pass the gateway",
    input: LlmCall.pick({ provider: true, model: true }).extend({
      sessionId: z.string().max(128).nullish(),
      runId: z.string().max(64).nullish(),
      agentId: z.string().max(128).nullish(),
      requestId: z.string().max(128).nullish(),
      inputTokens: Tokens.default(0),
      outputTokens: Tokens.default(0),
      cacheReadTokens: Tokens.default(0),
      cacheWriteTokens: Tokens.default(0),
      durationMs: z.int().nonnegative().nullish(),
      toolCallCount: z.int().nonnegative().default(0),
      hasThinking: z.boolean().default(false),
      stopReason: z.string().max(64).nullish(),
    }),
    output: z.object({ ok: z.literal(true), id: z.string() }),
    faults: ["NOT_FOUND"],
  }),
};
