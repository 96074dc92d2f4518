/** The diagram of a pipeline as data: nodes, and edges that say after which result the run goes where. */
import type { StepKind } from "@djinnbot/contracts";
import type { Outline, OutlineLoop, OutlineStep } from "./outline.ts";

export const START_ID = "(start)";
export const END_ID = "(end)";

export type GraphNode =
  | { id: string; kind: "start" | "end" }
  | {
      id: string;
      kind: "step";
      agent: string;
      /** Who does it, as people read it. */
      agentName: string;
      doer: StepKind;
      description: string;
      outputs: number;
      reachable: boolean;
    }
  /** A step that is named but does not exist. */
  | { id: string; kind: "missing" };
export type GraphEdge = {
  id: string;
  source: string;
  target: string;
  label: string;
  /** Leads to the same or an earlier step. */
  back: boolean;
  /** Taken because of a result, not by plain completion. */
  byResult: boolean;
};
export type Graph = { nodes: readonly GraphNode[]; edges: readonly GraphEdge[] };

/** Builds the diagram by the rules by which a run goes on: results first, then completion, the last step ends the run. */
export function buildGraph(outline: Outline): Graph {
  const { steps } = outline;
  const order = new Map(steps.map((step, index) => [step.id, index]));
  const edges = new Map<string, GraphEdge>();
  const add = (source: string, target: string, label: string) => {
    const id = `${source}→${target}`;
    const known = edges.get(id);
    if (known) {
      known.label = [known.label, label].filter(Boolean).join(", ");
      known.byResult ||= label !== "";
      return;
    }
    const from = order.get(source);
    const to = order.get(target);
    const back = from !== undefined && to !== undefined && to <= from;
    edges.set(id, { id, source, target, label, back, byResult: label !== "" });
  };
  const first = steps[0];
  if (first) {
    add(START_ID, first.id, "");
  }
  const surroundings = readSurroundings(steps);
  for (const step of steps) {
    connect(step, { isLast: step === steps.at(-1), add, ...surroundings(step) });
  }
  const reached = reachable([...edges.values()]);
  const agents = new Map(outline.agents.map((agent) => [agent.id, agent.name]));
  const missing = [...new Set([...edges.values()].map((edge) => edge.target))].filter(
    (id) => id !== END_ID && !order.has(id),
  );
  return {
    nodes: [
      { id: START_ID, kind: "start" },
      ...steps.map((step) => ({
        id: step.id,
        kind: "step" as const,
        agent: step.agent,
        agentName: DOERS[step.kind] ?? agents.get(step.agent) ?? step.agent,
        doer: step.kind,
        description: step.description,
        outputs: step.outputs.length,
        reachable: reached.has(step.id),
      })),
      ...missing.map((id) => ({ id, kind: "missing" as const })),
      ...(reached.has(END_ID) || [...edges.values()].some((edge) => edge.target === END_ID)
        ? [{ id: END_ID, kind: "end" as const }]
        : []),
    ],
    edges: [...edges.values()],
  };
}

const DOERS: Record<StepKind, string | null> = { agent: null, approval: "A person", parallel: "Branches" };

interface Surroundings {
  /** The loop whose items the step works on, other than as the loop's own step. */
  loop: string | null;
  /** Where the run goes when the branch ends that the step belongs to. */
  join: string | null;
}

/** Which steps lie within a loop or a branch: they may name nothing to follow, and yet something does. */
function readSurroundings(steps: readonly OutlineStep[]): (step: OutlineStep) => Surroundings {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const within = (first: readonly (string | null)[], until: string) => {
    const seen = new Set(first.filter((id) => id !== null));
    // A set also visits what is added on the way.
    for (const id of seen) {
      const step = byId.get(id);
      const next = [step?.onComplete, step?.onFailure, ...(step?.results ?? []).map((result) => result.goto)];
      for (const each of next) {
        if (each && each !== until) {
          seen.add(each);
        }
      }
    }
    return seen;
  };
  const loops = steps.flatMap((step) =>
    step.loop ? [{ id: step.id, body: within([step.loop.onEachComplete], step.id) }] : [],
  );
  const branches = steps.flatMap((step) =>
    step.kind === "parallel" ? [{ join: step.onComplete ?? END_ID, body: within(step.branches, step.id) }] : [],
  );
  return ({ id }) => ({
    loop: loops.findLast(({ body, id: own }) => own !== id && body.has(id))?.id ?? null,
    join: branches.find(({ body }) => body.has(id))?.join ?? null,
  });
}

type Around = Surroundings & { isLast: boolean; add: (source: string, target: string, label: string) => void };

function connect(step: OutlineStep, around: Around): void {
  const { add, loop, join, isLast } = around;
  for (const result of step.results) {
    if (result.goto !== null) {
      add(step.id, result.goto, result.key);
    } else if (result.retry) {
      add(step.id, step.id, `${result.key}: retry`);
    } else if (result.continueLoop && loop !== null) {
      add(step.id, loop, `${result.key}: next item`);
    } else {
      add(step.id, step.onComplete ?? join ?? END_ID, result.key);
    }
  }
  if (step.loop) {
    connectLoop(step, step.loop, around);
  } else if (step.kind === "parallel") {
    for (const branch of step.branches) {
      add(step.id, branch, "branch");
    }
  } else if (step.onComplete !== null) {
    add(step.id, step.onComplete, step.results.length > 0 ? "otherwise" : "");
  } else if (step.results.length === 0) {
    const next = loop ?? join ?? (isLast ? END_ID : null);
    if (next !== null) {
      add(step.id, next, loop === null ? "" : "next item");
    }
  }
  if (step.onFailure !== null) {
    add(step.id, step.onFailure, "on failure");
  }
}

function connectLoop(step: OutlineStep, loop: OutlineLoop, { add, loop: outer, join }: Around): void {
  add(step.id, loop.onEachComplete ?? step.id, loop.onEachComplete === null ? "next item" : "each item");
  add(step.id, loop.onAllComplete ?? step.onComplete ?? outer ?? join ?? END_ID, "all done");
}

function reachable(edges: readonly GraphEdge[]): ReadonlySet<string> {
  const reached = new Set([START_ID]);
  // A set also visits what is added on the way.
  for (const id of reached) {
    for (const edge of edges) {
      if (edge.source === id) {
        reached.add(edge.target);
      }
    }
  }
  return reached;
}
