/** Which step can follow which: what is never reached, what cannot go on, what never ends. */
import { type Finding, warning } from "./finding.ts";
import type { Outline, OutlineStep } from "./outline.ts";

export interface Flow {
  /** Steps that can run at all, from the first one. */
  reachable: Set<OutlineStep>;
  /** Steps that can have run before a step; a step on a circle precedes itself. */
  before(step: OutlineStep): Set<OutlineStep>;
  /** The step and everything that can run after it; with `within`, not past those steps. */
  from(step: OutlineStep, within?: (step: OutlineStep) => boolean): Set<OutlineStep>;
  /** Steps that do an item of a loop after the loop's own step. */
  bodies: Set<OutlineStep>;
  /** Steps of the branches of parallel steps. */
  branches: Set<OutlineStep>;
  find(id: string | undefined): OutlineStep | undefined;
}

type Next = (step: OutlineStep) => Iterable<OutlineStep>;

function walk(from: Iterable<OutlineStep>, next: Next): Set<OutlineStep> {
  const seen = new Set(from);
  // A set iterates over what is added on the way.
  for (const step of seen) {
    for (const other of next(step)) {
      seen.add(other);
    }
  }
  return seen;
}

/** Steps that the step itself names as the way on; the blocks of loops and branches apart. */
function followers(step: OutlineStep): (string | undefined)[] {
  const results = step.results.map((result) => result.goto ?? (result.retry ? step.id : undefined));
  return [...results, step.onComplete, step.onFailure?.goto];
}
function blockTargets({ loop, parallel }: OutlineStep): (string | undefined)[] {
  return [loop?.onEachComplete, loop?.onAllComplete, ...(parallel?.branches ?? [])];
}

/** Builds the graph of an outline whose names are all right. */
export function readFlow(outline: Outline): Flow {
  const byId = new Map(outline.steps.map((step) => [step.id, step]));
  const find = (id: string | undefined) => (id === undefined ? undefined : byId.get(id));
  const found = (ids: readonly (string | undefined)[]) => ids.flatMap((id) => find(id) ?? []);
  const after = new Map(
    outline.steps.map((step) => [step, found([...followers(step), ...blockTargets(step)])] as const),
  );
  const next: Next = (step) => after.get(step) ?? [];
  const loops = outline.steps.filter((step) => step.loop);
  const bodies = walk(found(loops.map((step) => step.loop?.onEachComplete)), (step) => (step.loop ? [] : next(step)));
  const parallels = outline.steps.filter((step) => step.parallel);
  const branches = walk(found(parallels.flatMap((step) => step.parallel?.branches ?? [])), next);
  const previous = new Map<OutlineStep, Set<OutlineStep>>(outline.steps.map((step) => [step, new Set()]));
  const precede = (step: OutlineStep, others: Iterable<OutlineStep>) => {
    for (const other of others) {
      previous.get(other)?.add(step);
    }
  };
  for (const step of outline.steps) {
    precede(step, next(step));
    if (bodies.has(step)) {
      // The next item begins after what was done for the one before.
      precede(step, loops);
    }
  }
  for (const parallel of parallels) {
    const inside = walk(found(parallel.parallel?.branches ?? []), next);
    for (const step of inside) {
      precede(step, found(followers(parallel)));
    }
  }
  return {
    reachable: walk(outline.steps.slice(0, 1), next),
    before: (step) => walk(previous.get(step) ?? [], (other) => previous.get(other) ?? []),
    from: (step, within = () => true) => walk([step], (other) => [...next(other)].filter(within)),
    bodies,
    branches,
    find,
  };
}

/** True when some outcome of the step ends the run, well or badly, by the routing rules. */
function canEnd(step: OutlineStep): boolean {
  if (step.loop) {
    return step.loop.onAllComplete === undefined && step.onComplete === undefined;
  }
  if (step.onComplete !== undefined) {
    return false;
  }
  return (
    step.results.length === 0 ||
    step.results.some((result) => result.goto === undefined && !result.retry && !result.continueLoop)
  );
}

/** Warnings about the flow. */
export function checkFlow(outline: Outline, flow: Flow): Finding[] {
  const last = outline.steps.at(-1);
  const findings: Finding[] = outline.steps.flatMap((step) => {
    if (!flow.reachable.has(step)) {
      const message = `Step \`${step.id}\` is never reached; name it in an \`onComplete\` or \`goto\`, or remove it.`;
      return [warning({ message, path: [...step.path, "id"] })];
    }
    const isOpen = step.onComplete === undefined && step.results.length === 0 && !step.loop;
    if (step !== last && isOpen && !flow.bodies.has(step) && !flow.branches.has(step)) {
      const message = `Step \`${step.id}\` has no \`onComplete\` and is not the last: the run fails after it.`;
      return [warning({ message, path: [...step.path, "id"] })];
    }
    return [];
  });
  if (![...flow.reachable].some((step) => canEnd(step) && !flow.bodies.has(step))) {
    const message = "The run never ends: every step leads to another. Give one result an empty action, `{}`.";
    findings.push(warning({ message, path: ["steps"], atKey: true }));
  }
  return findings;
}
