/** Template variables that nothing fills, and faults in the templates themselves. */

import { suggest } from "../suggest.ts";
import { error, type Finding, warning } from "./finding.ts";
import type { Flow } from "./flow.ts";
import { type Outline, type OutlineStep, placeOf } from "./outline.ts";
import type { Path, PipelineSource } from "./source.ts";
import { parseTemplate, type TemplateNode } from "./template.ts";

/** Variables that a run has from its start: the task, and the fields that starters usually pass as context. */
export const wellKnownVariables: readonly string[] = [
  "task_description",
  "additional_context",
  "project_id",
  "project_name",
  "project_description",
  "project_vision",
  "task_id",
  "issue_number",
  "title",
  "body",
  "author",
  "labels",
  "comments",
  "created_at",
  "repo_full_name",
  "github_repo",
];
/** What an approval answers with. */
export const approvalOutputs: readonly string[] = ["decision", "comment", "decided_by"];
/** Filled while a loop is under way. */
export const loopVariables: readonly string[] = [
  "current_item",
  "completed_items",
  "loop_index",
  "loop_total",
  "progress_file",
];
/** Filled once a step has failed and the run went on by its `onFailure`. */
export const failureVariables: readonly string[] = ["failed_step", "failure_code", "failure_message"];

/** Keys that a step leaves behind. */
function leaves(step: OutlineStep): readonly string[] {
  return step.kind === "approval" ? [...approvalOutputs, ...step.outputs] : step.outputs;
}

/** Variables that the engine fills for some pipelines only. */
function engineVariables(outline: Outline): readonly string[] {
  return [
    ...(outline.steps.some((step) => step.loop) ? loopVariables : ["progress_file"]),
    ...(outline.steps.some((step) => step.onFailure) ? failureVariables : []),
  ];
}

interface TemplateAt {
  text: string;
  path: Path;
  step: OutlineStep;
  /** The step's own outputs are there already (messages are written after it). */
  after: boolean;
}

function templatesOf(outline: Outline): TemplateAt[] {
  return outline.steps.flatMap((step) => [
    { text: step.input, path: [...step.path, "input"], step, after: false },
    ...(step.approval?.message === undefined
      ? []
      : [{ text: step.approval.message, path: [...step.path, "approval", "message"], step, after: false }]),
    ...[...step.results, ...(step.onFailure ? [step.onFailure] : [])].flatMap(({ path, notify }) =>
      notify?.message === undefined
        ? []
        : [{ text: notify.message, path: [...path, "notify", "message"], step, after: true }],
    ),
  ]);
}

/** Syntax faults of every template. */
export function checkTemplates(raw: PipelineSource["raw"], outline: Outline): Finding[] {
  return templatesOf(outline).flatMap(({ text, path }) =>
    parseTemplate(text).faults.map(({ message, offset, severity }) => {
      const make = severity === "error" ? error : warning;
      return make({ message: `${placeOf(path, raw)}: ${message}`, path, offset });
    }),
  );
}

interface Use {
  name: string;
  offset: number;
  /** The template says itself that this may be empty. */
  optional: boolean;
}

function usesOf(nodes: TemplateNode[], guard: string | null = null): Use[] {
  return nodes.flatMap((node): Use[] => {
    if (node.kind === "text") {
      return [];
    }
    const { name, offset } = node;
    return node.kind === "if"
      ? [{ name, offset, optional: true }, ...usesOf(node.body, name)]
      : [{ name, offset, optional: name === guard }];
  });
}

function unfilled(use: Use, options: { place: string; available: Set<string>; outline: Outline }): string | null {
  const { place, available, outline } = options;
  if (available.has(use.name)) {
    return null;
  }
  const producer = outline.steps.find((step) => leaves(step).includes(use.name));
  if (producer) {
    return `${place}: \`${use.name}\` comes from step \`${producer.id}\`, which does not run before; it will be empty.`;
  }
  const near = suggest(use.name, available);
  if (near) {
    return `${place}: no earlier step produces \`${use.name}\`. Did you mean \`${near}\`?`;
  }
  return use.optional
    ? null
    : `${place}: no earlier step produces \`${use.name}\`; it is empty unless the run's context carries it.`;
}

/** Warnings for variables that no step before and no well-known name fills; each name once per template. */
export function checkVariables(raw: PipelineSource["raw"], outline: Outline, flow: Flow): Finding[] {
  return templatesOf(outline).flatMap(({ text, path, step, after }) => {
    if (!flow.reachable.has(step)) {
      return [];
    }
    const sources = [...flow.before(step), ...(after ? [step] : [])];
    const available = new Set([...wellKnownVariables, ...engineVariables(outline), ...sources.flatMap(leaves)]);
    const seen = new Set<string>();
    return usesOf(parseTemplate(text).nodes).flatMap((use): Finding[] => {
      const message = unfilled(use, { place: placeOf(path, raw), available, outline });
      if (message === null || seen.has(use.name)) {
        return [];
      }
      seen.add(use.name);
      return [warning({ message, path, offset: use.offset })];
    });
  });
}
