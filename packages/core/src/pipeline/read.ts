import type { pipelines } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { parsePipeline } from "../pipeline-language/index.ts";
import { getPipelineOrFault, problemLine, toPipeline } from "./queries.ts";

/** Own and global pipelines by name; an own one hides the global one of its slug. */
export async function listPipelines({ ctx }: VerbArgs<typeof pipelines.list>) {
  guard(ctx, "pipelines:read");
  const rows = await withTenant(ctx.deps.db, ctx.tenantId, (tx) =>
    tx.pipeline.findMany({ orderBy: [{ name: "asc" }, { id: "asc" }] }),
  );
  const own = new Set(rows.filter((row) => row.tenantId !== null).map((row) => row.slug));
  return rows.filter((row) => row.tenantId !== null || !own.has(row.slug)).map(toPipeline);
}

/** One pipeline by its slug. */
export async function getPipeline({ ctx, input }: VerbArgs<typeof pipelines.get>) {
  guard(ctx, "pipelines:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) =>
    toPipeline(await getPipelineOrFault(tx, input.pipelineId)),
  );
}

/** The YAML as it was written. */
export async function rawPipeline({ ctx, input }: VerbArgs<typeof pipelines.raw>) {
  guard(ctx, "pipelines:read");
  const row = await withTenant(ctx.deps.db, ctx.tenantId, (tx) => getPipelineOrFault(tx, input.pipelineId));
  return { pipelineId: row.slug, yaml: row.yamlContent, file: row.file };
}

/** Checks the given text, or the stored one: all problems at once with line and column. */
export async function validatePipeline({ ctx, input }: VerbArgs<typeof pipelines.validate>) {
  guard(ctx, "pipelines:read");
  const stored =
    input.yamlContent ??
    (await withTenant(ctx.deps.db, ctx.tenantId, (tx) => getPipelineOrFault(tx, input.pipelineId))).yamlContent;
  const { problems } = parsePipeline(stored);
  const errors = problems.filter((problem) => problem.severity === "error").map(problemLine);
  const warnings = problems.filter((problem) => problem.severity === "warning").map(problemLine);
  return { valid: errors.length === 0, pipelineId: input.pipelineId, errors, warnings, problems };
}
