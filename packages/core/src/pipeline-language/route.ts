/** What happens after a step has ended (reference 1.2): the next step, the next item of a loop, another try, or the run's end. */
import {
  type FailureCode,
  failureAction,
  type PipelineDocument,
  type PipelineStep,
  type ResultAction,
} from "@djinnbot/contracts";
import {
  advanceLoop,
  afterLoop,
  beginLoop,
  innermost,
  type LoopItem,
  type LoopState,
  type Loops,
  readItems,
} from "./loop.ts";
import { resolveStep } from "./resolve.ts";

/** A message to an agent of the pipeline; the message is a template over the run's variables. */
export interface Notice {
  agent: string;
  message: string;
}
/** An item that has ended with the step. */
export interface EndedItem {
  stepId: string;
  index: number;
  item: LoopItem;
}
export type Route = {
  notify: Notice[];
  /** Loops as they are afterwards; those that are not named stay as they are. */
  loops: LoopState[];
  endedItems: EndedItem[];
} & (
  | { kind: "next"; stepId: string }
  /** Run the same step again with this feedback while it was retried fewer than `maxRetries` times; then the run fails. */
  | { kind: "retry"; feedback: string; maxRetries: number }
  | { kind: "complete" }
  | { kind: "fail"; failureCode: FailureCode; message: string }
);
export interface RouteArgs {
  document: PipelineDocument;
  step: PipelineStep;
  /** What the step itself has produced. */
  outputs: Readonly<Record<string, string>>;
  /** What the run knows by now: context, and the outputs of all steps. */
  variables?: Readonly<Record<string, string>>;
  loops?: Loops;
  /** The run is a branch of a parallel step: a step that names nothing to follow ends it. */
  isBranch?: boolean;
}

const plain = (text: string) => text.trim().toLowerCase();
const shorten = (text: string, max: number) => (text.length > max ? `${text.slice(0, max)}…` : text);
const lines = (outputs: RouteArgs["outputs"], max: number) =>
  Object.entries(outputs).map(([key, value]) => `${key}: ${shorten(value.trim(), max)}`);

function matchResult(results: [string, ResultAction][], outputs: RouteArgs["outputs"]) {
  const values = new Set(Object.values(outputs).map(plain));
  const found = results.find(([key]) => values.has(plain(key)));
  return found && { key: found[0], action: found[1] };
}

function noMatch(step: PipelineStep, outputs: RouteArgs["outputs"]): string {
  const accepted = Object.keys(step.onResult ?? {}).join(", ");
  const given = lines(outputs, 80).join("; ") || "no outputs";
  return `Step ${step.id} ended with a result that no route accepts. Accepted: ${accepted}. Given: ${shorten(given, 1000)}.`;
}

type Way =
  | { kind: "next"; stepId: string }
  | { kind: "retry"; feedback: string; maxRetries: number }
  | { kind: "complete" }
  | { kind: "fail"; failureCode: FailureCode; message: string };

const complete: Way = { kind: "complete" };
const noRoute = (message: string): Way => ({ kind: "fail", failureCode: "NO_ROUTE", message });

/** Follows names through loops: entering a loop begins it, and an empty or finished one leads on at once. */
class Walk {
  readonly #args: RouteArgs;
  readonly #loops: Map<string, LoopState>;
  readonly #changed = new Set<string>();
  readonly #seen = new Set<string>();
  readonly endedItems: EndedItem[] = [];

  constructor(args: RouteArgs) {
    this.#args = args;
    this.#loops = new Map(args.loops);
  }

  get loops(): LoopState[] {
    return [...this.#changed].flatMap((stepId) => this.#loops.get(stepId) ?? []);
  }

  enter(stepId: string): Way {
    const step = this.#args.document.steps.find((candidate) => candidate.id === stepId);
    if (!step?.loop || this.#loops.get(stepId)?.active) {
      return { kind: "next", stepId };
    }
    const { over } = step.loop;
    const read = readItems(over, this.#args.variables?.[over]);
    if ("fault" in read) {
      const message = `Step ${stepId} loops over \`${over}\`, but ${read.fault}.`;
      return { kind: "fail", failureCode: "OUTPUT_INVALID", message };
    }
    if (read.values.length === 0) {
      return this.#afterAll(step);
    }
    const depth = (innermost(this.#loops)?.depth ?? 0) + 1;
    this.#set(beginLoop(stepId, read.values, depth));
    return { kind: "next", stepId };
  }

  /** Ends the innermost item, and goes to the next one or to what follows the loop. */
  advance(status: "completed" | "failed"): Way | null {
    const loop = innermost(this.#loops);
    const item = loop?.items[loop.index];
    if (!loop || !item) {
      return null;
    }
    this.endedItems.push({ stepId: loop.stepId, index: loop.index, item: { ...item, status } });
    const advanced = advanceLoop(loop, status);
    this.#set(advanced);
    const step = this.#args.document.steps.find((candidate) => candidate.id === loop.stepId);
    return advanced.active || !step ? { kind: "next", stepId: loop.stepId } : this.#afterAll(step);
  }

  /** Without a way on, the item of a loop around this one is done, or the run is. */
  #afterAll(step: PipelineStep): Way {
    const next = afterLoop(step);
    if (next === undefined) {
      return this.advance("completed") ?? complete;
    }
    if (this.#seen.has(next)) {
      return noRoute(`The loops ${[...this.#seen].join(", ")} have no items and lead to each other.`);
    }
    this.#seen.add(next);
    return this.enter(next);
  }

  #set(loop: LoopState): void {
    this.#loops.set(loop.stepId, loop);
    this.#changed.add(loop.stepId);
  }
}

function followMatch(args: RouteArgs, walk: Walk, match: { key: string; action: ResultAction }): Way {
  const { document, step, outputs } = args;
  const { key, action } = match;
  if (action.goto !== undefined) {
    return walk.enter(action.goto);
  }
  if (action.retry) {
    const maxRetries = action.maxRetries ?? resolveStep(document, step).maxRetries;
    const feedback = [`The result was ${key}: do the step again.`, ...lines(outputs, 4000)].join("\n");
    return { kind: "retry", feedback, maxRetries };
  }
  if (action.continueLoop) {
    return (
      walk.advance("completed") ??
      noRoute(`Step ${step.id} ended with ${key}, which continues a loop, but the run is in no loop.`)
    );
  }
  return step.onComplete === undefined ? complete : walk.enter(step.onComplete);
}

/** The step that has the `loop` block: its item goes on, or is done. */
function followLoop({ step }: RouteArgs, walk: Walk): Way {
  const each = step.loop?.onEachComplete;
  return each === undefined ? (walk.advance("completed") ?? complete) : walk.enter(each);
}

function follow(args: RouteArgs, walk: Walk, match: ReturnType<typeof matchResult>): Way {
  const { document, step, outputs } = args;
  if (match) {
    return followMatch(args, walk, match);
  }
  if (step.loop) {
    return followLoop(args, walk);
  }
  if (step.onComplete !== undefined) {
    return walk.enter(step.onComplete);
  }
  if (Object.keys(step.onResult ?? {}).length > 0) {
    return noRoute(noMatch(step, outputs));
  }
  const nextItem = walk.advance("completed");
  if (nextItem) {
    return nextItem;
  }
  return args.isBranch || document.steps.at(-1)?.id === step.id
    ? complete
    : noRoute(`Step ${step.id} has no onComplete and is not the last step, so nothing follows it.`);
}

/**
 * Chooses the way on from a completed step.
 *
 * 1. `onResult`: every output value is compared with each key, trimmed and without regard to case; the first key in the
 *    order of the document wins (keys that are whole numbers come before others, as in every JavaScript object).
 *    `notify` is honoured together with every action. `goto` comes before `retry`, `retry` before `continueLoop`; a match
 *    with none of them goes to `onComplete`; without one it is an explicit end and completes the run, wherever the step
 *    stands in the list: a result that only notifies must not leave the run without an ending.
 * 2. The step has a `loop`: its item goes on with `onEachComplete`, or is done without one.
 * 3. No key matches: `onComplete` if there is one, else the run fails with the accepted values listed.
 * 4. No `onResult`: `onComplete`; else a step inside a loop ends its item, the last step and every step of a branch
 *    complete the run, and any other step fails it.
 *
 * A loop whose items are all done goes to `onAllComplete`, else to the step's `onComplete`; without either it ends the item
 * of the loop around it, or completes the run. Going back to a loop's step while it is under way does the same item again.
 */
export function route(args: RouteArgs): Route {
  const walk = new Walk(args);
  const match = matchResult(Object.entries(args.step.onResult ?? {}), args.outputs);
  const way = follow(args, walk, match);
  const notify = match?.action.notify;
  return { ...way, notify: notify ? [notify] : [], loops: walk.loops, endedItems: walk.endedItems };
}

/** The way on from a step that has failed for good, by its `onFailure`; null: the run fails with it. */
export function routeFailure(args: Omit<RouteArgs, "outputs">): Route | null {
  const action = failureAction(args.step);
  const walk = new Walk({ ...args, outputs: {} });
  const way =
    action?.goto !== undefined ? walk.enter(action.goto) : action?.continueLoop ? walk.advance("failed") : null;
  const notify = action?.notify ? [action.notify] : [];
  return way && { ...way, notify, loops: walk.loops, endedItems: walk.endedItems };
}

/** Where a run begins: the first step, or what follows it when that is a loop without items. */
export function routeInto(args: Omit<RouteArgs, "outputs" | "step"> & { stepId: string }): Route {
  const [step] = args.document.steps;
  const walk = new Walk({ ...args, step: step as PipelineStep, outputs: {} });
  return { ...walk.enter(args.stepId), notify: [], loops: walk.loops, endedItems: walk.endedItems };
}
