/** A pipeline's YAML text → its document and everything that is wrong with it, all at once. */
import type { PipelineDocument, PipelineProblem, PipelineStep } from "@djinnbot/contracts";
import { checkBranches } from "./branch-check.ts";
import { type Finding, toProblem } from "./finding.ts";
import { checkFlow, readFlow } from "./flow.ts";
import { checkKinds } from "./kind-check.ts";
import { readOutline } from "./outline.ts";
import { checkReferences } from "./reference-check.ts";
import { checkSchema } from "./schema-check.ts";
import { type PipelineSource, readSource } from "./source.ts";
import { checkTemplates, checkVariables } from "./variables.ts";

export interface ParsedPipeline {
  /** Null when there is any error; timeouts are always in `timeoutSeconds`. */
  document: PipelineDocument | null;
  /** Errors and warnings in the order of the text. */
  problems: PipelineProblem[];
}

/** More than a person reads; the text is broken as a whole then. */
const maxProblems = 100;

/** Problems in the order of the text; when there are too many, errors are kept before warnings and the rest is counted. */
function inOrder(syntax: PipelineProblem[], findings: Finding[], source: PipelineSource | null): PipelineProblem[] {
  const errorsFirst = findings.toSorted((a, b) => a.severity.localeCompare(b.severity));
  // Finding a place costs time that grows with the text, so only what is shown is looked for.
  const kept = source ? errorsFirst.slice(0, maxProblems).map((finding) => toProblem(source, finding)) : [];
  const shown = [...syntax.slice(0, maxProblems), ...kept]
    .slice(0, maxProblems)
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  const rest = syntax.length + findings.length - shown.length;
  const last = shown.at(-1);
  if (rest > 0 && last) {
    shown.push({ ...last, severity: "warning", message: `And ${rest} more problems.`, path: "" });
  }
  return shown;
}

function oneTimeout<T extends { timeout?: number; timeoutSeconds?: number }>({ timeout, ...rest }: T) {
  return timeout === undefined ? rest : { ...rest, timeoutSeconds: timeout };
}

/** A step's turns and seconds stand in its budget or beside it; here they are in one place. */
function oneLimit(step: PipelineStep): PipelineStep {
  const { turns, seconds } = step.budget ?? {};
  return {
    ...oneTimeout(step),
    ...(turns === undefined ? {} : { maxTurns: turns }),
    ...(seconds === undefined ? {} : { timeoutSeconds: seconds }),
  };
}

function normalise(document: PipelineDocument): PipelineDocument {
  return {
    ...document,
    ...(document.defaults && { defaults: oneTimeout(document.defaults) }),
    steps: document.steps.map(oneLimit),
  };
}

/**
 * Reads and checks a pipeline (reference 1.1). Positions count from 1. Warnings about flow and variables come once there
 * is no error any more: before that they would mostly be its echo. Never throws.
 */
export function parsePipeline(yaml: string): ParsedPipeline {
  const { source, problems: syntax } = readSource(yaml);
  if (!source) {
    return { document: null, problems: inOrder(syntax, [], null) };
  }
  const { raw } = source;
  const outline = readOutline(raw);
  const { document, findings } = checkSchema(raw);
  findings.push(...checkReferences(raw, outline), ...checkKinds(raw, outline), ...checkTemplates(raw, outline));
  const errors = findings.filter((finding: Finding) => finding.severity === "error");
  let sound = document !== null && errors.length === 0 && syntax.length === 0;
  if (sound) {
    const flow = readFlow(outline);
    const more = [...checkFlow(outline, flow), ...checkBranches(raw, outline, flow)];
    findings.push(...more, ...checkVariables(raw, outline, flow));
    sound = more.every((finding) => finding.severity === "warning");
  }
  return {
    document: sound && document ? normalise(document) : null,
    problems: inOrder(syntax, findings, source),
  };
}
