/** Which step can follow which: what is never reached, what cannot go on, what never ends. */
import { type Finding, warning } from "./finding.ts";
import type { Outline, OutlineStep } from "./outline.ts";

export interface Flow {
  /** Steps that can run at all, from the first one. */
  reachable: Set<OutlineStep>;
  /** Steps that can have run before a step; a step on a circle precedes itself. */
  before(step: OutlineStep): Set<OutlineStep>;
}

function targets(step: OutlineStep): string[] {
  const results = step.results.flatMap((result) => result.goto ?? (result.retry ? (step.id ?? []) : []));
  return [...results, ...(step.onComplete === undefined ? [] : [step.onComplete])];
}

function walk(from: OutlineStep[], next: (step: OutlineStep) => Iterable<OutlineStep>): Set<OutlineStep> {
  const seen = new Set(from);
  // A set iterates over what is added on the way.
  for (const step of seen) {
    for (const other of next(step)) {
      seen.add(other);
    }
  }
  return seen;
}

/** Builds the graph of an outline whose names are all right. */
export function readFlow(outline: Outline): Flow {
  const byId = new Map(outline.steps.map((step) => [step.id, step]));
  const after = new Map(outline.steps.map((step) => [step, targets(step).flatMap((id) => byId.get(id) ?? [])]));
  const previous = new Map<OutlineStep, Set<OutlineStep>>(outline.steps.map((step) => [step, new Set()]));
  for (const [step, followers] of after) {
    for (const follower of followers) {
      previous.get(follower)?.add(step);
    }
  }
  const reachable = walk(outline.steps.slice(0, 1), (step) => after.get(step) ?? []);
  return { reachable, before: (step) => walk([...(previous.get(step) ?? [])], (other) => previous.get(other) ?? []) };
}

/** True when some outcome of the step ends the run, well or badly, by the routing rules. */
function canEnd(step: OutlineStep): boolean {
  if (step.onComplete !== undefined) {
    return false;
  }
  return step.results.length === 0 || step.results.some((result) => result.goto === undefined && !result.retry);
}

/** Warnings about the flow. */
export function checkFlow(outline: Outline, flow: Flow): Finding[] {
  const last = outline.steps.at(-1);
  const findings: Finding[] = outline.steps.flatMap((step) => {
    if (!flow.reachable.has(step)) {
      const message = `Step \`${step.id}\` is never reached; name it in an \`onComplete\` or \`goto\`, or remove it.`;
      return [warning({ message, path: [...step.path, "id"] })];
    }
    if (step !== last && step.onComplete === undefined && step.results.length === 0) {
      const message = `Step \`${step.id}\` has no \`onComplete\` and is not the last: the run fails after it.`;
      return [warning({ message, path: [...step.path, "id"] })];
    }
    return [];
  });
  if (![...flow.reachable].some(canEnd)) {
    const message = "The run never ends: every step leads to another. Give one result an empty action, `{}`.";
    findings.push(warning({ message, path: ["steps"], atKey: true }));
  }
  return findings;
}
