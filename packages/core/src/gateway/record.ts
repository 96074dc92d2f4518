/** One row per model call, its cost on the run and the step, and the event that tells the pages. */
import { newId } from "@djinnbot/contracts";
import { type Statement, tenantPipeline } from "@djinnbot/db";
import { envelop, publishToLiving, runEvents } from "@djinnbot/events";
import { tellWarnings } from "../budget/notify.ts";
import { settleStatement, type Touched } from "../budget/settle.ts";
import { subjectsOf } from "../budget/subject.ts";
import type { Deps } from "../ctx.ts";
import { redisOr } from "../limits/redis-first.ts";
import { lineageOf } from "../run/lineage.ts";
import { staticModels } from "../settings/catalogue.ts";
import { withoutNul } from "./answers.ts";
import { type Cost, costOf, findPrice, type Price } from "./prices.ts";
import type { TokenUsage } from "./usage.ts";

export interface ModelCall {
  tenantId: string;
  requestId: string;
  runId: string | null;
  sessionId: string | null;
  agentId: string | null;
  userId: string | null;
  /** Which step of the run; null when the caller did not say. */
  step: { stepId: string; attempt: number } | null;
  provider: string;
  model: string;
  keySource: string | null;
  keyMasked: string | null;
  usage: TokenUsage;
  /** The tokens are a guess, because the provider told none. */
  estimated: boolean;
  durationMs: number | null;
  toolCallCount: number;
  hasThinking: boolean;
  stopReason: string | null;
  status: number | null;
  error: string | null;
  /** `provider/model` that was asked for, where another answered in its place. */
  requestedModel?: string | null;
  /** What is held for the call in its budgets, to be settled with it. */
  reservationId?: string | null;
  /** The model's price when the call began, null = unknown; left out where nobody has read it. */
  price?: Price | null;
}

/** What a call adds to the books. */
interface Booking {
  call: ModelCall;
  cost: Cost;
  parents: readonly string[];
  contextWindow: number | null;
}

/** Answers the id of the row. A call of unknown price has no cost and marks its run's sum as approximate. */
export async function recordModelCall(deps: Deps, told: ModelCall, id = newId("llmCall")): Promise<string> {
  const booking = await bookingOf(deps, told);
  const statements = [insertCall(id, booking), ...moneyOf(booking)];
  await tell(deps, booking, (await tenantPipeline(deps.db, told.tenantId, statements)).at(-1) as Touched[]);
  return id;
}

/** The money of a call whose row could not be written. Nothing where the row is there: its transaction has settled it. */
export async function settleModelCall(deps: Deps, told: ModelCall, id: string): Promise<void> {
  const { tenantId } = told;
  const text = "SELECT 1 FROM llm_call_logs WHERE id = $1";
  const [written = []] = await tenantPipeline(deps.db, tenantId, [{ name: "llm-call-written", text, values: [id] }]);
  if (written.length === 0) {
    const booking = await bookingOf(deps, told);
    await tell(deps, booking, (await tenantPipeline(deps.db, tenantId, moneyOf(booking))).at(-1) as Touched[]);
  }
}

async function bookingOf(deps: Deps, told: ModelCall): Promise<Booking> {
  const call = { ...told, usage: bounded(told.usage) };
  const parents = call.runId === null ? [] : await lineageOf(deps.db, call.tenantId, call.runId);
  const price =
    call.price === undefined ? await findPrice(deps.db, call.tenantId, `${call.provider}/${call.model}`) : call.price;
  const cost = costOf(call.usage, price, call.estimated);
  return { call, cost, parents, contextWindow: price?.contextWindow ?? knownWindow(call) };
}

/** Settling comes last, so that the budgets' rows are locked no longer than the commit takes. */
function moneyOf({ call, cost, parents }: Booking): Statement[] {
  return [...addToRun(call, cost), settleCall(call, { cost, parents })];
}

async function tell(deps: Deps, { call, cost, contextWindow }: Booking, touched: readonly Touched[]): Promise<void> {
  const { runId, tenantId, usage, requestId } = call;
  if (runId === null) {
    return;
  }
  if (usage.input > 0 || usage.output > 0) {
    const message = envelop(call, {
      type: "USAGE",
      runId,
      inputTokens: inputTokens(usage),
      outputTokens: usage.output,
      costMicros: cost.totalMicros ?? 0,
      costApproximate: cost.approximate,
      model: `${call.provider}/${call.model}`,
      stepId: call.step?.stepId ?? null,
      contextUsage: { usedTokens: inputTokens(usage) + usage.output, windowTokens: contextWindow },
    });
    // A call that is broken off by a cancel may end after its run was deleted.
    await redisOr(deps, (redis) => publishToLiving(redis, runEvents, { tenantId, runId }, message), undefined);
  }
  const warning = touched.filter((budget) => budget.warns);
  await tellWarnings(deps, { tenantId, requestId, runId }, warning);
}

function settleCall(call: ModelCall, { cost, parents }: { cost: Cost; parents: readonly string[] }): Statement {
  return settleStatement({
    reservationId: call.reservationId ?? null,
    subjects: subjectsOf({ ...call, parents }),
    costMicros: cost.totalMicros ?? 0,
    tokens: inputTokens(call.usage) + call.usage.output,
    now: Date.now(),
  });
}

function knownWindow({ provider, model }: ModelCall): number | null {
  return staticModels(provider).find(({ id }) => id === model)?.contextWindow ?? null;
}

/** No call has more tokens than this; what claims to is not believed, and fits the columns. */
const maxTokens = 400_000_000;
function bounded(usage: TokenUsage): TokenUsage {
  const { input, output, cacheRead, cacheWrite } = usage;
  const bound = (tokens: number) => Math.min(tokens, maxTokens);
  return { input: bound(input), output: bound(output), cacheRead: bound(cacheRead), cacheWrite: bound(cacheWrite) };
}

/** Everything the model read, from the cache or not. */
function inputTokens(usage: TokenUsage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite;
}

function insertCall(id: string, { call, cost, contextWindow }: Booking): Statement {
  const { usage } = call;
  const row: Record<string, unknown> = {
    id,
    tenant_id: call.tenantId,
    session_id: call.sessionId,
    run_id: call.runId,
    step_id: call.step?.stepId ?? null,
    agent_id: call.agentId,
    request_id: call.requestId,
    user_id: call.userId,
    provider: call.provider,
    model: call.model,
    key_source: call.keySource,
    key_masked: call.keyMasked,
    input_tokens: usage.input,
    output_tokens: usage.output,
    cache_read_tokens: usage.cacheRead,
    cache_write_tokens: usage.cacheWrite,
    total_tokens: inputTokens(usage) + usage.output,
    cost_input_micros: cost.inputMicros,
    cost_output_micros: cost.outputMicros,
    cost_total_micros: cost.totalMicros,
    cost_approximate: cost.approximate,
    duration_ms: call.durationMs,
    tool_call_count: call.toolCallCount,
    has_thinking: call.hasThinking,
    stop_reason: call.stopReason?.slice(0, 64) ?? null,
    status: call.status,
    error: call.error?.slice(0, 2000) ?? null,
    requested_model: call.requestedModel ?? null,
    context_window: contextWindow,
    created_at: Date.now(),
  };
  const names = Object.keys(row);
  const places = names.map((_, index) => `$${index + 1}`);
  const text = `INSERT INTO llm_call_logs (${names.join(", ")}) VALUES (${places.join(", ")})`;
  const values = Object.values(row).map((value) => (typeof value === "string" ? withoutNul(value) : value));
  return { name: "llm-call", text, values };
}

/** Sums are added in the database, so that calls at the same time lose nothing. */
function addToRun(call: ModelCall, cost: Cost): Statement[] {
  if (call.runId === null || (inputTokens(call.usage) === 0 && call.usage.output === 0)) {
    return [];
  }
  const values = [call.runId, cost.totalMicros ?? 0, inputTokens(call.usage), call.usage.output];
  const sums = "cost_micros = cost_micros + $2, input_tokens = input_tokens + $3, output_tokens = output_tokens + $4";
  const ofStep = {
    name: "llm-call-step",
    text: `UPDATE steps SET ${sums} WHERE run_id = $1 AND step_id = $5 AND attempt = $6`,
  };
  const ofRun = {
    name: "llm-call-run",
    text: `UPDATE runs SET ${sums}, cost_approximate = cost_approximate OR $5 WHERE id = $1`,
  };
  const { step } = call;
  return [
    ...(step === null ? [] : [{ ...ofStep, values: [...values, step.stepId, step.attempt] }]),
    { ...ofRun, values: [...values, cost.approximate] },
  ];
}
