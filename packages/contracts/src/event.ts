/** Messages on the event streams. A fact, told at least once; names and fields are those that clients already know. */
import { z } from "zod";
import { DelegatedTaskStatus, DelegationKind, DelegationStatus } from "./delegation.ts";
import { EgressRefusal } from "./egress.ts";
import { Failure } from "./failure.ts";
import { EpochMs, RunId, TenantId } from "./id.ts";
import { RunStatus } from "./status.ts";

/** On every message: version, id (for de-duplication), tenant, the request that caused it, time. */
export const Envelope = z.object({
  v: z.literal(1),
  id: z.string().max(64),
  tenantId: TenantId,
  requestId: z.string().max(128),
  at: EpochMs,
});
export type Envelope = z.infer<typeof Envelope>;

const message = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  Envelope.extend({ type: z.literal(type), runId: RunId, ...shape });

const stepRef = { stepId: z.string().max(64), attempt: z.int().min(1) };
const Outputs = z.record(z.string(), z.string());
const chunk = z.string().max(200_000);
const toolRef = { ...stepRef, toolName: z.string().max(128), toolCallId: z.string().max(128) };

/** Told by the engine about a run's life; also on the tenant and the global stream. */
const runLife = [
  message("RUN_CREATED", { pipelineId: z.string(), taskDescription: z.string() }),
  message("RUN_UPDATED", { status: RunStatus }),
  message("RUN_STATUS_CHANGED", { status: RunStatus }),
  message("RUN_COMPLETE", { outputs: Outputs }),
  message("RUN_FAILED", { error: z.string(), failure: Failure }),
  message("RUN_CANCELLED", { reason: z.string() }),
  message("RUN_DELETED", {}),
] as const;

const stepLife = [
  message("STEP_QUEUED", { ...stepRef, agentId: z.string() }),
  message("STEP_STARTED", { ...stepRef, agentId: z.string(), sessionId: z.string(), model: z.string().nullable() }),
  message("STEP_COMPLETE", {
    ...stepRef,
    outputs: Outputs,
    summary: z.string().nullable(),
    commitHash: z.string().nullable(),
  }),
  message("STEP_FAILED", { ...stepRef, error: z.string(), failure: Failure, retryCount: z.int() }),
  message("STEP_RETRYING", { ...stepRef, feedback: z.string(), retryCount: z.int(), maxRetries: z.int() }),
  message("STEP_CANCELLED", { ...stepRef, reason: z.string() }),
] as const;

/** A person is asked, or has answered; `approvalId` names the question. */
const approvalLife = [
  message("APPROVAL_REQUESTED", {
    ...stepRef,
    approvalId: z.string(),
    message: z.string(),
    expiresAt: EpochMs.nullable(),
  }),
  message("APPROVAL_DECIDED", {
    ...stepRef,
    approvalId: z.string(),
    status: z.enum(["approved", "rejected", "expired", "cancelled"]),
    comment: z.string().nullable(),
    decidedBy: z.string().nullable(),
  }),
] as const;

const itemRef = { stepId: z.string(), itemId: z.string(), itemIndex: z.int() };

/** Told by the runtime while it works: only on the run's stream. */
const narration = [
  message("STEP_OUTPUT", { ...stepRef, chunk }),
  message("STEP_THINKING", { ...stepRef, chunk }),
  message("AGENT_STATE", {
    ...stepRef,
    state: z.enum(["thinking", "streaming", "tool_calling", "idle"]),
    toolName: z.string().nullable(),
  }),
  message("TOOL_CALL_START", { ...toolRef, args: z.string().max(200_000) }),
  message("TOOL_CALL_END", { ...toolRef, result: z.string().max(20_000), isError: z.boolean(), durationMs: z.int() }),
  message("FILE_CHANGED", {
    ...stepRef,
    path: z.string(),
    action: z.enum(["create", "modify", "delete"]),
    size: z.int().nullable(),
  }),
  message("MODEL_RETRY", { ...stepRef, error: z.string(), waitMs: z.int(), tries: z.int() }),
  message("CONTEXT_COMPACTED", {
    ...stepRef,
    /** Estimates of the whole conversation. */
    beforeTokens: z.int(),
    afterTokens: z.int(),
    contextWindow: z.int(),
    /** Why: it came near the window, or the provider refused it as too long. */
    reason: z.enum(["window", "refused"]),
    /** What took the place of the earlier turns; null when shortening old tool results was enough. */
    summary: z.string().max(40_000).nullable(),
  }),
] as const;

const budgetRef = {
  budgetId: z.string(),
  scope: z.string(),
  period: z.string(),
  stepId: z.string().nullable(),
  limitCostMicros: z.int().nullable(),
  limitTokens: z.int().nullable(),
  usedCostMicros: z.int(),
  usedTokens: z.int(),
};
/** Told by the gateway: a budget's warning percentage is reached, or a call was refused. Also on the tenant's stream. */
const budgetLife = [
  message("BUDGET_WARNING", { ...budgetRef, percent: z.int() }),
  message("BUDGET_EXCEEDED", { ...budgetRef, message: z.string() }),
] as const;

/** Told by the engine or the gateway on the run's stream. */
const runDetail = [
  ...budgetLife,
  message("USAGE", {
    inputTokens: z.int(),
    outputTokens: z.int(),
    costMicros: z.int(),
    costApproximate: z.boolean(),
    model: z.string(),
    stepId: z.string().nullable(),
    /** Optional: earlier writers did not tell it. */
    contextUsage: z.object({ usedTokens: z.int(), windowTokens: z.int().nullable() }).optional(),
  }),
  message("LOOP_ITEM_COMPLETE", itemRef),
  message("LOOP_ITEM_FAILED", { ...itemRef, error: z.string() }),
  message("BRANCH_STARTED", { stepId: z.string(), branch: z.string(), branchRunId: z.string() }),
  message("BRANCH_ENDED", { stepId: z.string(), branch: z.string(), branchRunId: z.string(), status: RunStatus }),
  message("DELEGATION_STARTED", { ...stepRef, delegationId: z.string(), kind: DelegationKind, tasks: z.int() }),
  message("DELEGATION_TASK", {
    ...stepRef,
    delegationId: z.string(),
    key: z.string(),
    title: z.string(),
    taskRunId: z.string(),
    status: DelegatedTaskStatus,
    error: z.string().nullable(),
  }),
  message("DELEGATION_ENDED", {
    ...stepRef,
    delegationId: z.string(),
    status: DelegationStatus,
    error: z.string().nullable(),
  }),
  message("HUMAN_INTERVENTION", {
    stepId: z.string(),
    action: z.enum(["inject_context", "pause", "resume"]),
    context: z.string().nullable(),
  }),
  /** Another model answers in place of the chosen one. */
  message("MODEL_FALLBACK", { stepId: z.string().nullable(), from: z.string(), to: z.string(), reason: z.string() }),
  message("AGENT_MESSAGE", { from: z.string(), to: z.string(), message: z.string(), threadId: z.string().nullable() }),
  message("CONTAINER_STARTING", { sessionId: z.string(), detail: z.string().nullable() }),
  message("CONTAINER_READY", { sessionId: z.string(), detail: z.string().nullable() }),
  message("CONTAINER_DESTROYED", { sessionId: z.string(), detail: z.string().nullable() }),
  message("CONTAINER_CRASHED", { sessionId: z.string(), error: z.string() }),
  /** The agent wanted to connect to somewhere it may not; told once a step for each place. */
  message("EGRESS_REFUSED", {
    ...stepRef,
    host: z.string().max(300),
    port: z.int(),
    reason: EgressRefusal,
    /** Whose rules they are where the reason is `agent`; older events do not say it. */
    agentId: z.string().nullish(),
    detail: z.string().max(1000),
  }),
  message("COMMIT_FAILED", { ...stepRef, error: z.string() }),
  message("BRANCH_PUSHED", {
    branch: z.string(),
    status: z.enum(["pushed", "refused"]),
    detail: z.string().nullable(),
  }),
] as const;

export const RunEvent = z.discriminatedUnion("type", [
  ...runLife,
  ...stepLife,
  ...approvalLife,
  ...narration,
  ...runDetail,
]);
export type RunEvent = z.infer<typeof RunEvent>;
export type RunEventType = RunEvent["type"];

/** The runtime may say these and nothing else. */
export const narrationTypes = narration.map((schema) => schema.shape.type.value);
/** What is kept of a step: what its runtime said, and what others had to say about it. */
export const transcriptTypes: readonly string[] = [...narrationTypes, "COMMIT_FAILED", "EGRESS_REFUSED"];
/** After one of these a run stream has nothing more to tell (until a restart). */
export const terminalRunEvents = [
  "RUN_COMPLETE",
  "RUN_FAILED",
  "RUN_CANCELLED",
  "RUN_DELETED",
] as const satisfies readonly RunEventType[];

const entity = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  Envelope.extend({ type: z.literal(type), ...shape });
const entityLife = [
  entity("RUNS_BULK_DELETED", { count: z.int() }),
  entity("AGENT_CREATED", { agentId: z.string() }),
  entity("AGENT_UPDATED", { agentId: z.string() }),
  entity("AGENT_DELETED", { agentId: z.string() }),
  entity("PIPELINE_CREATED", { pipelineId: z.string() }),
  entity("PIPELINE_UPDATED", { pipelineId: z.string() }),
  entity("PIPELINE_DELETED", { pipelineId: z.string() }),
  entity("SETTINGS_UPDATED", {}),
  entity("PROVIDERS_UPDATED", { providerId: z.string() }),
] as const;

/** For pages only: the gateway reads budgets anew with each call. */
const budgetEdits = [entity("BUDGETS_UPDATED", { budgetId: z.string() })] as const;

/** What a tenant's pages listen to. */
export const TenantEvent = z.discriminatedUnion("type", [
  ...runLife,
  ...stepLife,
  ...approvalLife,
  ...budgetLife,
  ...entityLife,
  ...budgetEdits,
]);
export type TenantEvent = z.infer<typeof TenantEvent>;

/** What the engine instances work on: facts about runs, plus requests from the API about them. */
export const GlobalEvent = z.discriminatedUnion("type", [
  ...runLife,
  ...stepLife,
  ...approvalLife,
  ...entityLife,
  message("RUN_CANCEL_REQUESTED", { reason: z.string() }),
  message("RUN_PAUSE_REQUESTED", {}),
  /** What the run waited for has happened: it is pending again. */
  message("RUN_RESUME_REQUESTED", {}),
  message("RUN_RESTART_REQUESTED", { stepId: z.string().nullable() }),
]);
export type GlobalEvent = z.infer<typeof GlobalEvent>;

type WithoutEnvelope<T> = T extends unknown ? Omit<T, keyof Envelope> : never;
/** A message before it gets its envelope. */
export type RunEventBody = WithoutEnvelope<RunEvent>;
export type TenantEventBody = WithoutEnvelope<TenantEvent>;
export type GlobalEventBody = WithoutEnvelope<GlobalEvent>;
