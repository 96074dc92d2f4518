import {
  Fault,
  newId,
  type PipelineDocument,
  type PipelineProblem,
  type pipelines,
  slugify,
} from "@djinnbot/contracts";
import type { Tx } from "@djinnbot/db";
import { parseDocument } from "yaml";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import { orConflict } from "../conflict.ts";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { freeSlug } from "../free-slug.ts";
import { guard } from "../guard.ts";
import { outbox } from "../outbox.ts";
import { parsePipeline, readSource } from "../pipeline-language/index.ts";
import { getOwnPipelineOrFault, getPipelineOrFault, problemLine, toPipeline } from "./queries.ts";

/** The document of a text without errors, with its warnings. BAD_REQUEST that lists every error otherwise. */
function checked(yaml: string): { document: PipelineDocument; warnings: string[] } {
  const { document, problems } = parsePipeline(yaml);
  const errors = problems.filter((problem) => problem.severity === "error");
  if (document === null || errors.length > 0) {
    throw hasErrors(errors);
  }
  return { document, warnings: problems.map(problemLine) };
}

function hasErrors(errors: readonly PipelineProblem[]): Fault {
  return new Fault("BAD_REQUEST", `The pipeline has errors: ${errors.map(problemLine).join("; ")}`);
}

/** Sets top-level keys of a YAML text, keeping its comments and layout. BAD_REQUEST when it is no map of keys. */
function withKeys(yaml: string, keys: Record<string, string | undefined>): string {
  const { source, problems } = readSource(yaml);
  if (source === null) {
    throw hasErrors(problems);
  }
  // Keys that are written twice are told by the check that follows, with their places.
  const document = parseDocument(yaml, { uniqueKeys: false, logLevel: "error" });
  for (const [key, value] of Object.entries(keys)) {
    if (value !== undefined && document.get(key) !== value) {
      document.set(key, value);
    }
  }
  return document.toString({ lineWidth: 0 });
}

async function insertPipeline(tx: Tx, ctx: Ctx, yaml: string, action: "create" | "clone") {
  const { document } = checked(yaml);
  const now = ctx.now();
  const taken = await tx.pipeline.findFirst({ where: { slug: document.id } });
  if (taken) {
    throw new Fault(
      "CONFLICT",
      `A pipeline with the id "${document.id}" exists already${taken.tenantId === null ? " (it comes with the platform)" : ""}.`,
    );
  }
  const row = await orConflict(`A pipeline with the id "${document.id}" exists already.`, () =>
    tx.pipeline.create({
      data: {
        id: newId("pipeline"),
        tenantId: ctx.tenantId,
        slug: document.id,
        name: document.name,
        description: document.description ?? "",
        version: document.version,
        yamlContent: yaml,
        createdAt: now,
        updatedAt: now,
      },
    }),
  );
  await audit(tx, ctx, {
    action: `pipeline.${action}`,
    entity: "pipeline",
    entityId: row.slug,
    detail: { name: row.name },
  });
  return row;
}

/** Creates a pipeline; `id` and `name`, when given, are written into the text. */
export async function createPipeline({ ctx, input }: VerbArgs<typeof pipelines.create>) {
  guard(ctx, "pipelines:write");
  const yaml =
    input.id === undefined && input.name === undefined
      ? input.yamlContent
      : withKeys(input.yamlContent, { id: input.id, name: input.name });
  return change(ctx, async (tx, messages) => {
    const row = await insertPipeline(tx, ctx, yaml, "create");
    messages.push(await outbox(tx, ctx, ["tenant", "global"], { type: "PIPELINE_CREATED", pipelineId: row.slug }));
    return toPipeline(row);
  });
}

/** Copies any readable pipeline under a new id (`{id}-copy`, numbered when taken). */
export async function clonePipeline({ ctx, input }: VerbArgs<typeof pipelines.clone>) {
  guard(ctx, "pipelines:write");
  return change(ctx, async (tx, messages) => {
    const source = await getPipelineOrFault(tx, input.pipelineId);
    const id =
      input.id ??
      (await freeSlug(
        input.name === undefined ? `${source.slug.slice(0, 58)}-copy` : slugify(input.name, source.slug),
        pipelineSlugs(tx),
      ));
    const yaml = withKeys(source.yamlContent, { id, name: input.name ?? `${source.name} (copy)` });
    const row = await insertPipeline(tx, ctx, yaml, "clone");
    messages.push(await outbox(tx, ctx, ["tenant", "global"], { type: "PIPELINE_CREATED", pipelineId: row.slug }));
    return toPipeline(row);
  });
}

/** Slugs of own and global pipelines, as `freeSlug` asks for them. */
function pipelineSlugs(tx: Tx): (start: string) => Promise<string[]> {
  return async (start) => {
    const rows = await tx.pipeline.findMany({ where: { slug: { startsWith: start } }, select: { slug: true } });
    return rows.map((row) => row.slug);
  };
}

/** Replaces the text of an own pipeline. BAD_REQUEST when it has errors or another id; runs that started keep theirs. */
export async function updatePipeline({ ctx, input }: VerbArgs<typeof pipelines.update>) {
  guard(ctx, "pipelines:write");
  return change(ctx, async (tx, messages) => {
    const row = await getOwnPipelineOrFault(tx, input.pipelineId);
    const { document, warnings } = checked(input.yamlContent);
    if (document.id !== row.slug) {
      throw new Fault(
        "BAD_REQUEST",
        `The text says id "${document.id}", but this is "${row.slug}". The id of a pipeline cannot change; clone it instead.`,
      );
    }
    await tx.pipeline.update({
      where: { id: row.id },
      data: {
        yamlContent: input.yamlContent,
        name: document.name,
        description: document.description ?? "",
        version: document.version,
        updatedAt: ctx.now(),
      },
    });
    await audit(tx, ctx, { action: "pipeline.update", entity: "pipeline", entityId: row.slug });
    messages.push(await outbox(tx, ctx, ["tenant", "global"], { type: "PIPELINE_UPDATED", pipelineId: row.slug }));
    return { status: "updated" as const, pipelineId: row.slug, file: row.file, warnings };
  });
}

/** Deletes an own pipeline; its runs stay, each with the text it started with. */
export async function deletePipeline({ ctx, input }: VerbArgs<typeof pipelines.delete>) {
  guard(ctx, "pipelines:write");
  return change(ctx, async (tx, messages) => {
    const row = await getOwnPipelineOrFault(tx, input.pipelineId);
    await tx.pipeline.delete({ where: { id: row.id } });
    await audit(tx, ctx, { action: "pipeline.delete", entity: "pipeline", entityId: row.slug });
    messages.push(await outbox(tx, ctx, ["tenant", "global"], { type: "PIPELINE_DELETED", pipelineId: row.slug }));
    return { status: "deleted" as const, pipelineId: row.slug };
  });
}
