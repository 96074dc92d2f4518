/** Verbs of the noun `pipelines`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { getPipeline, listPipelines, rawPipeline, validatePipeline } from "./read.ts";
import { clonePipeline, createPipeline, deletePipeline, updatePipeline } from "./write.ts";

export const pipelineVerbs: VerbsOf<Contracts["pipelines"]> = {
  list: listPipelines,
  create: createPipeline,
  get: getPipeline,
  raw: rawPipeline,
  update: updatePipeline,
  delete: deletePipeline,
  validate: validatePipeline,
  clone: clonePipeline,
};
