/** Budgets: what model calls may spend, per team, agent, run or step, and what they have spent (engine-svc). */
import { z } from "zod";
import { contract } from "./contract.ts";
import { EpochMs, IdOrSlug, idOf, RunId, StepId } from "./id.ts";
import { PageInput, page } from "./page.ts";

/** From the widest to the narrowest; a call has to fit into every budget that applies to it. */
export const BudgetScope = z.enum(["tenant", "agent", "run", "step"]);
export type BudgetScope = z.infer<typeof BudgetScope>;
/** Days and months are those of UTC. Runs and steps have `total` only. */
export const BudgetPeriod = z.enum(["day", "month", "total"]);
export type BudgetPeriod = z.infer<typeof BudgetPeriod>;

const BudgetId = idOf("budget");
/** Far above any bill and far below what a number holds exactly. */
const Amount = z.int().min(1).max(1_000_000_000_000_000);
/** Limits of one run: micro-dollars and tokens, each optional. */
export const RunBudget = z.object({ costMicros: Amount.optional(), tokens: Amount.optional() });
export type RunBudget = z.infer<typeof RunBudget>;

export const BudgetUsage = z.object({
  costMicros: z.int(),
  tokens: z.int(),
  /** What calls under way may cost at most; they give back what they do not need. */
  reservedCostMicros: z.int(),
  reservedTokens: z.int(),
  /** Of the limit that is nearer to its end, without what is reserved. */
  percent: z.number(),
  /** `warning`: the warning percentage is reached. `exceeded`: a limit is used up. */
  state: z.enum(["ok", "warning", "exceeded"]),
  /** The period that the amounts belong to; null where there is none. */
  periodStart: EpochMs.nullable(),
  periodEnd: EpochMs.nullable(),
});
export type BudgetUsage = z.infer<typeof BudgetUsage>;

export const Budget = z.object({
  id: BudgetId,
  scope: BudgetScope,
  agentId: z.string().nullable(),
  runId: z.string().nullable(),
  stepId: z.string().nullable(),
  period: BudgetPeriod,
  costMicros: z.int().nullable(),
  tokens: z.int().nullable(),
  /** False: the limit only warns. */
  hard: z.boolean(),
  warnPercent: z.int().nullable(),
  usage: BudgetUsage,
  createdAt: EpochMs,
  updatedAt: EpochMs,
});
export type Budget = z.infer<typeof Budget>;

const base = { service: "engine-svc" } as const;
const ref = { budgetId: BudgetId };

export const budgets = {
  list: contract({
    ...base,
    method: "GET",
    path: "/v1/budgets/",
    scope: "settings:read",
    page: true,
    summary: "Budgets with what is used of each, newest first",
    input: PageInput.extend({
      scope: BudgetScope.optional(),
      agentId: IdOrSlug.optional(),
      /** Of the run and of its steps. */
      runId: RunId.optional(),
    }),
    output: page(Budget),
    faults: ["BAD_REQUEST"],
  }),
  put: contract({
    ...base,
    method: "PUT",
    path: "/v1/budgets/",
    scope: "settings:write",
    summary: "Set the budget of a scope and period; what is used so far counts against it",
    input: z.object({
      scope: BudgetScope,
      agentId: IdOrSlug.optional(),
      runId: RunId.optional(),
      stepId: StepId.optional(),
      /** Left out: `month` for a team or an agent; runs and steps have `total` only. */
      period: BudgetPeriod.optional(),
      costMicros: Amount.nullish(),
      tokens: Amount.nullish(),
      hard: z.boolean().default(true),
      warnPercent: z.int().min(1).max(100).nullable().default(80),
    }),
    output: Budget,
    faults: ["NOT_FOUND", "BAD_REQUEST"],
  }),
  get: contract({
    ...base,
    method: "GET",
    path: "/v1/budgets/{budgetId}",
    scope: "settings:read",
    summary: "One budget with what is used of it",
    input: z.object(ref),
    output: Budget,
    faults: ["NOT_FOUND"],
  }),
  delete: contract({
    ...base,
    method: "DELETE",
    path: "/v1/budgets/{budgetId}",
    scope: "settings:write",
    summary: "Lift a budget",
    input: z.object(ref),
    output: z.object({ status: z.literal("deleted"), budgetId: z.string() }),
    faults: ["NOT_FOUND"],
  }),
};
