/** The pipeline language: reading YAML with positions, checking it, filling templates and choosing the next step. Pure. */
export { innermost, type LoopItem, type LoopState, type Loops, loopValues } from "./loop.ts";
export { checkOutputs } from "./outputs.ts";
export { type ParsedPipeline, parsePipeline } from "./parse.ts";
export {
  type ModelChoice,
  type ModelSource,
  type ModelSources,
  modelPrecedence,
  type ResolvedStep,
  resolveModel,
  resolveStep,
} from "./resolve.ts";
export { type EndedItem, type Notice, type Route, route, routeFailure, routeInto } from "./route.ts";
export { readSource } from "./source.ts";
export { stepsFrom, stepsMeant } from "./steps-from.ts";
export { type Rendered, renderTemplate } from "./template.ts";
export { approvalOutputs, wellKnownVariables } from "./variables.ts";
