/** What a model call costs: the tenant's price, else the platform's, else nobody knows. */
import { newId } from "@djinnbot/contracts";
import { type Db, type Statement, tenantPipeline, withTenantSql } from "@djinnbot/db";
import type { SystemDb } from "@djinnbot/db/system";
import { z } from "zod";
import data from "./prices.json" with { type: "json" };
import type { TokenUsage } from "./usage.ts";

/** Micro-dollars for a million tokens. */
export interface Price {
  inputMicros: number;
  outputMicros: number;
  cacheReadMicros: number | null;
  cacheWriteMicros: number | null;
  /** Tokens; null when unknown. */
  contextWindow?: number | null;
}
/** Micro-dollars, whole; null when no price is known. */
export interface Cost {
  inputMicros: number | null;
  outputMicros: number | null;
  totalMicros: number | null;
  approximate: boolean;
}

/** The tenant's rows before the platform's, an exact name before a pattern, a long pattern before a short one. */
export const priceOrder = "(tenant_id IS NULL), (right(model, 1) = '*'), length(model) DESC";

/** The price that counts for a model, as `provider/model`: no row when none is known. */
export function priceStatement(model: string): Statement {
  return {
    name: "model-price",
    text: `SELECT input_micros AS "inputMicros", output_micros AS "outputMicros",
            cache_read_micros AS "cacheReadMicros", cache_write_micros AS "cacheWriteMicros", context_window AS "contextWindow"
       FROM model_prices
      WHERE model = $1 OR (right(model, 1) = '*' AND starts_with($1, left(model, -1)))
      ORDER BY ${priceOrder}
      LIMIT 1`,
    values: [model],
  };
}

/** The same, read by itself; null when none is known. */
export async function findPrice(db: Db, tenantId: string, model: string): Promise<Price | null> {
  const [rows = []] = await tenantPipeline(db, tenantId, [priceStatement(model)]);
  return (rows[0] as Price | undefined) ?? null;
}

/** Tokens a model takes, from the same rows; null when none of them says. */
export async function findContextWindow(db: Db, tenantId: string, model: string): Promise<number | null> {
  const { rows } = await withTenantSql(db, tenantId, (sql) =>
    sql.query<{ contextWindow: number }>(
      `SELECT context_window AS "contextWindow"
         FROM model_prices
        WHERE context_window > 0 AND (model = $1 OR (right(model, 1) = '*' AND starts_with($1, left(model, -1))))
        ORDER BY ${priceOrder}
        LIMIT 1`,
      [model],
    ),
  );
  return rows[0]?.contextWindow ?? null;
}

/** Cached input without a price of its own costs as much as other input. */
export function costOf(usage: TokenUsage, price: Price | null, estimated: boolean): Cost {
  const any = usage.input + usage.output + usage.cacheRead + usage.cacheWrite > 0;
  if (!price) {
    return { inputMicros: null, outputMicros: null, totalMicros: null, approximate: any };
  }
  const perMillion = (tokens: number, micros: number) => (tokens * micros) / 1_000_000;
  const inputMicros = Math.round(
    perMillion(usage.input, price.inputMicros) +
      perMillion(usage.cacheRead, price.cacheReadMicros ?? price.inputMicros) +
      perMillion(usage.cacheWrite, price.cacheWriteMicros ?? price.inputMicros),
  );
  const outputMicros = Math.round(perMillion(usage.output, price.outputMicros));
  return { inputMicros, outputMicros, totalMicros: inputMicros + outputMicros, approximate: estimated && any };
}

const SeedPrice = z.object({
  model: z.string(),
  /** US dollars for a million tokens, as providers publish them. */
  input: z.number(),
  output: z.number(),
  cacheRead: z.number().optional(),
  cacheWrite: z.number().optional(),
  contextWindow: z.int().optional(),
});
const micros = (dollars: number | undefined) => (dollars === undefined ? null : Math.round(dollars * 1_000_000));

/** Brings the platform's price rows to the data file; rows of tenants and other models stay. Answers how many there are. */
export async function seedPrices(system: SystemDb): Promise<number> {
  const prices = z.array(SeedPrice).parse(data);
  const now = Date.now();
  for (const price of prices) {
    await system.pool.query(
      `INSERT INTO model_prices (id, tenant_id, model, input_micros, output_micros, cache_read_micros, cache_write_micros, context_window, updated_at)
       VALUES ($1, NULL, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (tenant_id, model) DO UPDATE SET input_micros = EXCLUDED.input_micros, output_micros = EXCLUDED.output_micros,
         cache_read_micros = EXCLUDED.cache_read_micros, cache_write_micros = EXCLUDED.cache_write_micros,
         context_window = EXCLUDED.context_window, updated_at = EXCLUDED.updated_at`,
      [
        newId("price"),
        price.model,
        micros(price.input),
        micros(price.output),
        micros(price.cacheRead),
        micros(price.cacheWrite),
        price.contextWindow ?? null,
        now,
      ],
    );
  }
  return prices.length;
}
