/** The pipeline language as a JSON Schema, for editors: the same types and limits, without what needs the whole text to judge. */
import { z } from "zod";
import { PipelineDocument } from "./pipeline-document.ts";

/** Where it is published; a pipeline may name it in a `# yaml-language-server: $schema=…` line. */
export const pipelineSchemaPath = "/schemas/pipeline.json";

let made: Record<string, unknown> | undefined;

/** JSON Schema 2020-12 of a pipeline's YAML. */
export function pipelineSchema(): Record<string, unknown> {
  made ??= {
    ...(z.toJSONSchema(PipelineDocument, {
      io: "input",
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema === PipelineDocument.shape.version) {
          // `version: 1.0` is a number in YAML, and meant as a text.
          jsonSchema.type = ["string", "number"] as never;
        }
      },
    }) as Record<string, unknown>),
    title: "DjinnBot pipeline",
    description:
      "Agents and steps of a pipeline. See the documentation of loops, approvals, parallel branches and budgets.",
  };
  return made;
}
