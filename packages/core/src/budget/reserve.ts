/**
 * Holds what a call may cost at most in every budget that applies to it, before the provider is asked. Postgres is the only place that
 * knows: the budgets' rows are locked in the order of their ids, so calls at the same time are let through one after the other, and
 * calls under way are rows that lapse by themselves. All of it is one transaction in one round trip. A counter in Redis would be no
 * faster by much, and wrong after each loss of Redis.
 */
import { type BudgetPeriod, type BudgetScope, newId } from "@djinnbot/contracts";
import { type Db, type Statement, tenantPipeline, withTenantSql } from "@djinnbot/db";
import { priceOrder } from "../gateway/prices.ts";
import { periodStarts } from "./subject.ts";

/** Held this long without being renewed: what a gateway that died leaves behind is free again after it. */
export const reservationMs = 120_000;

export interface Estimate {
  inputTokens: number;
  outputTokens: number;
}
export interface ReserveOptions {
  tenantId: string;
  /** Given, the reservation is replaced: another model is about to be asked. */
  id?: string;
  subjects: readonly string[];
  /** `provider/model`, for its price. */
  model: string;
  estimate: Estimate;
  now: number;
}
/** The state of a budget at the moment of a call. */
export interface BudgetState {
  id: string;
  scope: BudgetScope;
  period: BudgetPeriod;
  agentName: string | null;
  stepId: string | null;
  limitCostMicros: number | null;
  limitTokens: number | null;
  usedCostMicros: number;
  usedTokens: number;
  heldCostMicros: number;
  heldTokens: number;
  /** What the call may cost at most. */
  askCostMicros: number;
  askTokens: number;
  tokensRefused: boolean;
  refused: boolean;
}
/** `id` is null when no budget applies: then there is nothing to give back. */
export type Reserved = { id: string | null } | { refusedBy: BudgetState };

export async function reserve(db: Db, options: ReserveOptions): Promise<Reserved> {
  const { tenantId, subjects, now } = options;
  const id = options.id ?? newId("reservation");
  const starts = periodStarts(now);
  const statements: Statement[] = [
    { name: "budget-lapse", text: "DELETE FROM budget_reservations WHERE expires_at < $1", values: [now] },
    { name: "budget-lock", text: lockText, values: [subjects] },
    { name: "budget-turn", text: turnText, values: [subjects, starts.day, starts.month] },
    {
      name: "budget-hold",
      text: holdText,
      values: [
        subjects,
        options.model,
        Math.ceil(options.estimate.inputTokens),
        Math.ceil(options.estimate.outputTokens),
        now,
        id,
        now + reservationMs,
      ],
    },
  ];
  const states = (await tenantPipeline(db, tenantId, statements)).at(-1) as BudgetState[];
  const refusedBy = states.find((state) => state.refused);
  if (refusedBy) {
    return { refusedBy };
  }
  return { id: states.length > 0 ? id : null };
}

const lockText = "SELECT id FROM budgets WHERE subject = ANY($1) ORDER BY id FOR UPDATE";

/** A new day or month begins with nothing used. */
const turnText = `
UPDATE budgets SET period_start = turn.start, used_cost_micros = 0, used_tokens = 0, warned_at = NULL
  FROM (VALUES ('day', $2::bigint), ('month', $3::bigint)) AS turn (period, start)
 WHERE subject = ANY($1) AND budgets.period = turn.period AND budgets.period_start < turn.start`;

/**
 * $1 subjects, $2 model, $3 input tokens, $4 output tokens, $5 now, $6 id, $7 expiry.
 * Inserts unless a hard limit does not hold the call; answers the state of every budget that applies, the widest scope first. A model
 * without a known price counts no money, but nothing goes through a money limit that is used up.
 */
const holdText = `
WITH price AS (
  SELECT input_micros, output_micros FROM model_prices
   WHERE model = $2 OR (right(model, 1) = '*' AND starts_with($2, left(model, -1)))
   ORDER BY ${priceOrder} LIMIT 1),
ask AS (
  SELECT ($3::bigint + $4::bigint) AS tokens, price.input_micros IS NOT NULL AS priced,
         coalesce(ceil(($3::numeric * price.input_micros + $4::numeric * price.output_micros) / 1000000), 0)::bigint AS cost
    FROM (SELECT 1) AS one LEFT JOIN price ON true),
held AS (
  SELECT b.id, coalesce(sum(r.cost_micros), 0)::bigint AS cost, coalesce(sum(r.tokens), 0)::bigint AS tokens
    FROM budgets b LEFT JOIN budget_reservations r ON b.subject = ANY(r.subjects) AND r.expires_at > $5 AND r.id <> $6
   WHERE b.subject = ANY($1) GROUP BY b.id),
state AS (
  SELECT b.id, b.scope, b.period, b.agent_id, b.step_id, b.limit_cost_micros, b.limit_tokens, b.used_cost_micros, b.used_tokens,
         held.cost AS held_cost, held.tokens AS held_tokens, ask.cost AS ask_cost, ask.tokens AS ask_tokens, b.subject,
         coalesce(b.hard AND b.used_tokens + held.tokens + ask.tokens > b.limit_tokens, false) AS tokens_refused,
         coalesce(b.hard AND CASE WHEN ask.priced THEN ask.cost > 0 AND b.used_cost_micros + held.cost + ask.cost > b.limit_cost_micros
                                  ELSE b.used_cost_micros >= b.limit_cost_micros END, false) AS cost_refused
    FROM budgets b JOIN held ON held.id = b.id CROSS JOIN ask),
made AS (
  INSERT INTO budget_reservations (id, subjects, cost_micros, tokens, expires_at)
  SELECT $6, $1, ask.cost, ask.tokens, $7 FROM ask
   WHERE EXISTS (SELECT FROM state) AND NOT EXISTS (SELECT FROM state WHERE tokens_refused OR cost_refused)
  ON CONFLICT (id) DO UPDATE SET cost_micros = EXCLUDED.cost_micros, tokens = EXCLUDED.tokens, expires_at = EXCLUDED.expires_at)
SELECT state.id, scope, period, agents.name AS "agentName", step_id AS "stepId",
       limit_cost_micros AS "limitCostMicros", limit_tokens AS "limitTokens",
       used_cost_micros AS "usedCostMicros", used_tokens AS "usedTokens", held_cost AS "heldCostMicros", held_tokens AS "heldTokens",
       ask_cost AS "askCostMicros", ask_tokens AS "askTokens",
       tokens_refused AS "tokensRefused", (tokens_refused OR cost_refused) AS refused
  FROM state LEFT JOIN agents ON agents.id = state.agent_id
 ORDER BY array_position($1, state.subject::text), state.id`;

/** The call is still under way. */
export async function renewReservation(db: Db, tenantId: string, id: string): Promise<void> {
  await withTenantSql(db, tenantId, (sql) =>
    sql.query("UPDATE budget_reservations SET expires_at = $2 WHERE id = $1", [id, Date.now() + reservationMs]),
  );
}

/** The call did not take place, or cost nothing. */
export async function releaseReservation(db: Db, tenantId: string, id: string): Promise<void> {
  await tenantPipeline(db, tenantId, [{ text: "DELETE FROM budget_reservations WHERE id = $1", values: [id] }]);
}
