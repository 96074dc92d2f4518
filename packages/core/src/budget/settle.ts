/** What a call really cost takes the place of what was held for it, inside the transaction that writes the call down. */
import type { Statement } from "@djinnbot/db";
import { periodStarts } from "./subject.ts";

export interface Spending {
  reservationId: string | null;
  subjects: readonly string[];
  costMicros: number;
  tokens: number;
  now: number;
}
/** A budget that the spending touched; `warns` once per period, when its warning percentage is reached. */
export interface Touched {
  id: string;
  scope: string;
  period: string;
  stepId: string | null;
  limitCostMicros: number | null;
  limitTokens: number | null;
  usedCostMicros: number;
  usedTokens: number;
  warnPercent: number | null;
  warns: boolean;
}

/** Its rows are the budgets that the spending touched. */
export function settleStatement({ reservationId, subjects, costMicros, tokens, now }: Spending): Statement {
  const starts = periodStarts(now);
  const values = [reservationId, subjects, costMicros, tokens, starts.day, starts.month, now];
  return { name: "budget-settle", text: settleText, values };
}

/**
 * $1 reservation, $2 subjects, $3 micro-dollars, $4 tokens, $5 start of the day, $6 of the month, $7 now.
 * The rows are locked in the order of their ids like everywhere else.
 */
const settleText = `
WITH gone AS (DELETE FROM budget_reservations WHERE id = $1),
locked AS (
  SELECT b.*, CASE period WHEN 'day' THEN $5::bigint WHEN 'month' THEN $6::bigint ELSE 0 END AS start
    FROM budgets b WHERE subject = ANY($2) ORDER BY id FOR UPDATE),
spent AS (
  SELECT id, start, warn_percent, limit_cost_micros, limit_tokens,
         CASE WHEN period_start < start THEN 0 ELSE used_cost_micros END + $3::bigint AS cost,
         CASE WHEN period_start < start THEN 0 ELSE used_tokens END + $4::bigint AS tokens,
         CASE WHEN period_start >= start THEN warned_at END AS warned_at
    FROM locked),
next AS (
  SELECT *, coalesce(warned_at IS NULL AND warn_percent IS NOT NULL
       AND (cost * 100 >= limit_cost_micros * warn_percent OR tokens * 100 >= limit_tokens * warn_percent), false) AS warns
    FROM spent)
UPDATE budgets b
   SET period_start = next.start, used_cost_micros = next.cost, used_tokens = next.tokens,
       warned_at = CASE WHEN next.warns THEN $7::bigint ELSE next.warned_at END
  FROM next WHERE b.id = next.id
RETURNING b.id, b.scope, b.period, b.step_id AS "stepId", b.limit_cost_micros AS "limitCostMicros", b.limit_tokens AS "limitTokens",
          b.used_cost_micros AS "usedCostMicros", b.used_tokens AS "usedTokens", b.warn_percent AS "warnPercent", next.warns`;
