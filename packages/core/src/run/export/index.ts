/** A run as one file. */
import type { InputOf, Run, runDownloads } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { Ctx } from "../../ctx.ts";
import type { DownloadFile } from "../../downloads.ts";
import { guard } from "../../guard.ts";
import { getRunOrFault, outputsOf, toRun } from "../queries.ts";
import { runAsJson } from "./json.ts";
import { runAsMarkdown } from "./markdown.ts";

export interface ExportedRun {
  /** Without which key paid for it. */
  run: Omit<Run, "keyResolution">;
  /** The YAML it started with. */
  pipeline: string;
  exportedAt: number;
  /** Model calls are told to those who may see them. */
  withCalls: boolean;
}

/** Throws NOT_FOUND. A run that goes on is exported as far as it has come. */
export async function exportRun({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: InputOf<typeof runDownloads.export>;
}): Promise<DownloadFile> {
  guard(ctx, "runs:read");
  const exported = await withTenant(ctx.deps.db, ctx.tenantId, async (tx): Promise<ExportedRun> => {
    const row = await getRunOrFault(tx, input.runId);
    const outputs = await outputsOf(tx, [row.id]);
    const { keyResolution, ...run } = toRun(row, outputs.get(row.id) ?? {});
    return { run, pipeline: row.pipelineYaml, exportedAt: ctx.now(), withCalls: ctx.scopes.has("llm:read") };
  });
  return input.format === "json"
    ? { filename: `${input.runId}.json`, mediaType: "application/json", chunks: runAsJson(ctx, exported) }
    : { filename: `${input.runId}.md`, mediaType: "text/markdown", chunks: runAsMarkdown(ctx, exported) };
}
