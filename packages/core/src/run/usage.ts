/** What a run has used: summed over its model calls, with those of the runs that are a part of it. */
import type { RunUsage, runs } from "@djinnbot/contracts";
import { Prisma, type Tx, withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { getRunOrFault } from "./queries.ts";

type Sums = RunUsage["total"];

const sums = Prisma.sql`count(*)::int AS calls, COALESCE(sum(c.input_tokens), 0)::int AS "inputTokens",
  COALESCE(sum(c.output_tokens), 0)::int AS "outputTokens", COALESCE(sum(c.cache_read_tokens), 0)::int AS "cacheReadTokens",
  COALESCE(sum(c.cache_write_tokens), 0)::int AS "cacheWriteTokens",
  COALESCE(sum(c.cost_total_micros), 0)::float8 AS "costMicros", COALESCE(bool_or(c.cost_approximate), false) AS "costApproximate"`;

/** The run, its branches and executors, and theirs. */
const tree = (runId: string) => Prisma.sql`WITH RECURSIVE part AS (
  SELECT id, 0 AS depth FROM runs WHERE id = ${runId}
  UNION ALL SELECT r.id, part.depth + 1 FROM part JOIN runs r ON r.parent_run_id = part.id WHERE part.depth < 20)`;

export async function runUsage({ ctx, input }: VerbArgs<typeof runs.usage>): Promise<RunUsage> {
  guard(ctx, "runs:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    await getRunOrFault(tx, input.runId);
    const [total] = await read<Sums>(tx, input.runId, { select: sums });
    const byModel = await read<RunUsage["byModel"][number]>(tx, input.runId, {
      select: Prisma.sql`c.provider || '/' || c.model AS model, COALESCE(sum(c.duration_ms), 0)::int AS "durationMs", ${sums}`,
      by: Prisma.sql`GROUP BY 1 ORDER BY "costMicros" DESC, calls DESC, 1`,
    });
    const byStep = await read<RunUsage["byStep"][number]>(tx, input.runId, {
      select: Prisma.sql`c.run_id AS "runId", c.step_id AS "stepId", ${sums}`,
      by: Prisma.sql`GROUP BY 1, 2 ORDER BY "costMicros" DESC, calls DESC, 1, 2 LIMIT 1000`,
    });
    return { total: total ?? nothing, byModel, byStep };
  });
}

const nothing: Sums = {
  ...{ calls: 0, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costMicros: 0 },
  costApproximate: false,
};

function read<Row>(tx: Tx, runId: string, { select, by = Prisma.empty }: { select: Prisma.Sql; by?: Prisma.Sql }) {
  return tx.$queryRaw<
    Row[]
  >`${tree(runId)} SELECT ${select} FROM llm_call_logs c JOIN part ON part.id = c.run_id ${by}`;
}
