/** Pipelines: YAML definitions of agent steps; global ones are seeded and read-only (engine-svc). */
import { z } from "zod";
import { contract } from "./contract.ts";
import { EpochMs, IdOrSlug, Name, Slug, TenantId } from "./id.ts";

/** One problem of a pipeline text; line and column count from 1. */
export const PipelineProblem = z.object({
  severity: z.enum(["error", "warning"]),
  message: z.string(),
  line: z.int(),
  column: z.int(),
  /** Path inside the document, e.g. `steps.2.onComplete`. */
  path: z.string(),
});
export type PipelineProblem = z.infer<typeof PipelineProblem>;

export const Pipeline = z.object({
  /** The pipeline's slug, unique per tenant; a tenant's own pipeline comes before a global one of that name. */
  id: z.string(),
  tenantId: TenantId.nullable(),
  isGlobal: z.boolean(),
  name: z.string(),
  description: z.string(),
  version: z.string().nullable(),
  /** The steps and agents as they stand in the YAML (free-form JSON). */
  steps: z.array(z.record(z.string(), z.unknown())),
  agents: z.array(z.record(z.string(), z.unknown())),
  /** False when the stored YAML has errors by today's rules; `validate` tells which. */
  valid: z.boolean(),
  createdAt: EpochMs,
  updatedAt: EpochMs,
});
export type Pipeline = z.infer<typeof Pipeline>;

/** 256 KiB: a pipeline is written by people. */
export const PipelineYaml = z.string().min(1).max(262_144);
const Validation = z.object({
  valid: z.boolean(),
  pipelineId: z.string(),
  errors: z.array(z.string()),
  warnings: z.array(z.string()),
  problems: z.array(PipelineProblem),
});

const base = { service: "engine-svc" } as const;
const ref = { pipelineId: IdOrSlug };

export const pipelines = {
  list: contract({
    ...base,
    method: "GET",
    path: "/v1/pipelines/",
    scope: "pipelines:read",
    summary: "Own and global pipelines",
    input: z.object({}),
    output: z.array(Pipeline),
  }),
  create: contract({
    ...base,
    method: "POST",
    path: "/v1/pipelines/",
    scope: "pipelines:write",
    status: 201,
    summary: "Create a pipeline of one's own",
    input: z.object({ id: Slug.optional(), name: Name.optional(), yamlContent: PipelineYaml }),
    output: Pipeline,
    faults: ["CONFLICT", "BAD_REQUEST"],
  }),
  get: contract({
    ...base,
    method: "GET",
    path: "/v1/pipelines/{pipelineId}",
    scope: "pipelines:read",
    summary: "One pipeline",
    input: z.object(ref),
    output: Pipeline,
    faults: ["NOT_FOUND"],
  }),
  raw: contract({
    ...base,
    method: "GET",
    path: "/v1/pipelines/{pipelineId}/raw",
    scope: "pipelines:read",
    summary: "The YAML of a pipeline",
    input: z.object(ref),
    output: z.object({ pipelineId: z.string(), yaml: z.string(), file: z.string().nullable() }),
    faults: ["NOT_FOUND"],
  }),
  update: contract({
    ...base,
    method: "PUT",
    path: "/v1/pipelines/{pipelineId}",
    scope: "pipelines:write",
    summary: "Replace the YAML of one's own pipeline; refused when it does not validate",
    input: z.object({ ...ref, yamlContent: PipelineYaml }),
    output: z.object({
      status: z.literal("updated"),
      pipelineId: z.string(),
      file: z.string().nullable(),
      warnings: z.array(z.string()),
    }),
    faults: ["NOT_FOUND", "FORBIDDEN", "BAD_REQUEST"],
  }),
  delete: contract({
    ...base,
    method: "DELETE",
    path: "/v1/pipelines/{pipelineId}",
    scope: "pipelines:write",
    summary: "Delete one's own pipeline",
    input: z.object(ref),
    output: z.object({ status: z.literal("deleted"), pipelineId: z.string() }),
    faults: ["NOT_FOUND", "FORBIDDEN"],
  }),
  validate: contract({
    ...base,
    method: "POST",
    path: "/v1/pipelines/{pipelineId}/validate",
    scope: "pipelines:read",
    summary: "Check the stored YAML, or the text that is sent",
    input: z.object({ ...ref, yamlContent: PipelineYaml.optional() }),
    output: Validation,
    faults: ["NOT_FOUND"],
  }),
  clone: contract({
    ...base,
    method: "POST",
    path: "/v1/pipelines/{pipelineId}/clone",
    scope: "pipelines:write",
    status: 201,
    summary: "Copy a pipeline, global or own, into one's own under a new id",
    input: z.object({ ...ref, id: Slug.optional(), name: Name.optional() }),
    output: Pipeline,
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
};
