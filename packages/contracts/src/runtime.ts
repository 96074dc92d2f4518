/** The protocol between engine and runtime: commands on one stream, answers on another, and the workload's environment. */
import { z } from "zod";
import { ThinkingLevel } from "./agent.ts";
import { Envelope } from "./event.ts";
import { FailureCode } from "./failure.ts";
import { RunId, SessionId, TenantId } from "./id.ts";
import { ProviderWire } from "./settings.ts";

const toSession = Envelope.extend({ runId: RunId, sessionId: SessionId });

/** JSON that a step is to produce: its schema, and whether to ask for it by response format first or by a forced tool call only. */
export const StructuredOutput = z.object({
  name: z.string(),
  strict: z.boolean(),
  schema: z.record(z.string(), z.unknown()),
  method: z.enum(["response_format", "tool_use"]),
});
export type StructuredOutput = z.infer<typeof StructuredOutput>;

/** One turn of an agent in a run. `requestId` of the command is `step:{runId}:{stepId}:{attempt}`: a repeat is the same work. */
export const AgentStepCommand = toSession.extend({
  type: z.literal("agentStep"),
  commandId: z.string().max(256),
  stepId: z.string(),
  attempt: z.int().min(1),
  systemPrompt: z.string(),
  prompt: z.string(),
  /** Keys that `complete` must deliver, each a non-empty string. */
  outputs: z.array(z.string()),
  /** Names of the tools to offer; empty = the standard ones. `complete` and `fail` are always offered. */
  tools: z.array(z.string()),
  model: z.object({
    providerId: z.string(),
    modelId: z.string(),
    wire: ProviderWire,
    thinkingLevel: ThinkingLevel,
    temperature: z.number().nullable(),
    maxOutputTokens: z.int().nullable(),
    /** Tokens the model takes; null or left out (older engines) when nobody knows. */
    contextWindow: z.int().positive().nullish(),
  }),
  maxTurns: z.int().min(1),
  /** Epoch ms after which the runtime gives up by itself; the engine enforces it too. */
  deadlineAt: z.int(),
  /** The commit of this step: author and subject. */
  commit: z.object({ authorName: z.string(), authorEmail: z.string(), subject: z.string() }),
  /** When present the step has no tools: its first output is JSON that fits this schema. Optional: older engines do not send it. */
  structured: StructuredOutput.nullish(),
  /** What became of the delegations that the step has waited for, by id. Optional: present when it goes on after them. */
  answers: z.record(z.string(), z.string()).nullish(),
});
export type AgentStepCommand = z.infer<typeof AgentStepCommand>;

export const RunCommand = z.discriminatedUnion("type", [
  AgentStepCommand,
  /** The engine has recorded the result: stop repeating it. */
  toSession.extend({ type: z.literal("ack"), commandId: z.string() }),
  /** Give up the current step (cancel, timeout); answer with a result of outcome `aborted`. */
  toSession.extend({ type: z.literal("abort"), reason: z.string() }),
  /** Finish the model's turn and its tools, keep the conversation, answer with a result of outcome `paused`. */
  toSession.extend({ type: z.literal("pause") }),
  /** Something a person says; the model hears it before its next turn. */
  toSession.extend({ type: z.literal("inject"), text: z.string().max(20_000) }),
  /** Leave: finish writing, exit 0. */
  toSession.extend({ type: z.literal("shutdown") }),
]);
export type RunCommand = z.infer<typeof RunCommand>;

const stepAnswer = { commandId: z.string(), stepId: z.string(), attempt: z.int().min(1) };
/** What the runtime tells the engine. A `stepResult` is repeated every few seconds until it is acknowledged. */
export const RunStatusMessage = z.discriminatedUnion("type", [
  toSession.extend({ type: z.literal("ready"), pid: z.int() }),
  /** The command was received and work began: the engine stops repeating it. */
  toSession.extend({ type: z.literal("stepAccepted"), ...stepAnswer }),
  toSession.extend({
    type: z.literal("stepResult"),
    ...stepAnswer,
    /** `waiting`: it has delegated, and goes on with the answers. */
    outcome: z.enum(["completed", "failed", "aborted", "paused", "waiting"]),
    outputs: z.record(z.string(), z.string()),
    summary: z.string().nullable(),
    failure: z.object({ code: FailureCode, message: z.string() }).nullable(),
    /** Head of the workspace after the step's commit; null when there was nothing to commit. */
    commitHash: z
      .string()
      .regex(/^[0-9a-f]{40,64}$/, "a hash of a commit")
      .nullable(),
    turns: z.int(),
  }),
  toSession.extend({ type: z.literal("exiting"), reason: z.string() }),
]);
export type RunStatusMessage = z.infer<typeof RunStatusMessage>;

/** Environment of a workload: everything it gets, and no provider key, database address or service token (DESIGN 4.8). */
export const WorkloadEnv = z.object({
  TENANT_ID: TenantId,
  RUN_ID: RunId,
  SESSION_ID: SessionId,
  AGENT_ID: z.string(),
  /** With the user that may touch this run's keys only. */
  REDIS_URL: z.string(),
  API_URL: z.url(),
  RUN_KEY: z.string(),
  /** User and password of the session at the proxy that leads outside, `user:password`. */
  PROXY_LOGIN: z.string().optional(),
  /** Folder with the sockets that lead out of a workload without a network; left out where it has one. */
  DOOR_DIR: z.string().optional(),
  /** Absolute path of the working copy as the workload sees it. */
  WORKSPACE: z.string(),
  HOME: z.string(),
  /** Cursor on the command stream to read from, `0` at first start. */
  COMMAND_CURSOR: z.string().default("0"),
  /** The workload ends by itself when nothing reaches it for this long. */
  IDLE_TIMEOUT_MS: z.coerce.number().int().default(600_000),
});
export type WorkloadEnv = z.infer<typeof WorkloadEnv>;

/** Most characters of a tool's result that reach the model; the rest is in a file the agent can read. */
export const maxToolResultChars = 30_000;
