import { FailureCode, openRunStatuses, type runs } from "@djinnbot/contracts";
import { type Tx, withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { toRun } from "./queries.ts";

/** Failures older than this no longer ask for anybody. */
const recentMs = 7 * 24 * 3600 * 1000;
const mostGroups = 50;

/** How many runs are open in which state, and what failed lately: a hundred equal failures are one thing to look at. */
export async function runsOverview({ ctx }: VerbArgs<typeof runs.overview>) {
  guard(ctx, "runs:read");
  const since = ctx.now() - recentMs;
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => ({
    counts: await countOpen(tx),
    failures: await groupFailures(tx, since),
  }));
}

async function countOpen(tx: Tx) {
  const rows = await tx.run.groupBy({
    by: ["status"],
    where: { status: { in: [...openRunStatuses] } },
    _count: { _all: true },
  });
  const counts = { pending: 0, running: 0, waiting: 0, paused: 0 };
  return Object.assign(counts, Object.fromEntries(rows.map((row) => [row.status, row._count._all])));
}

interface GroupRow {
  pipelineId: string;
  code: string | null;
  count: number;
  latestId: string;
}

async function groupFailures(tx: Tx, since: number) {
  const groups = await tx.$queryRaw<GroupRow[]>`
    SELECT pipeline_id AS "pipelineId", failure_code AS "code", count(*)::int AS "count",
           (array_agg(id ORDER BY COALESCE(completed_at, updated_at) DESC, id DESC))[1] AS "latestId"
    FROM runs
    WHERE status = 'failed' AND COALESCE(completed_at, updated_at) > ${since}
    GROUP BY pipeline_id, failure_code
    ORDER BY max(COALESCE(completed_at, updated_at)) DESC
    LIMIT ${mostGroups}`;
  const rows = await tx.run.findMany({
    where: { id: { in: groups.map(({ latestId }) => latestId) } },
    omit: { pipelineYaml: true },
  });
  const byId = new Map(rows.map((row) => [row.id, toRun({ ...row, pipelineYaml: "" }, {})]));
  return groups.flatMap(({ pipelineId, code, count, latestId }) => {
    const latest = byId.get(latestId);
    const known = FailureCode.safeParse(code);
    return latest ? [{ pipelineId, code: known.success ? known.data : null, count, latest }] : [];
  });
}
