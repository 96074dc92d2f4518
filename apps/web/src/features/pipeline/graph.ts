/** The diagram of a pipeline as data: nodes, and edges that say after which result the run goes where. */
import type { Outline, OutlineStep } from "./outline.ts";

export const START_ID = "(start)";
export const END_ID = "(end)";

export type GraphNode =
  | { id: string; kind: "start" | "end" }
  | {
      id: string;
      kind: "step";
      agent: string;
      agentName: string;
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
  for (const step of steps) {
    connect(step, step === steps.at(-1), add);
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
        agentName: agents.get(step.agent) ?? step.agent,
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

function connect(step: OutlineStep, isLast: boolean, add: (source: string, target: string, label: string) => void) {
  for (const result of step.results) {
    if (result.goto !== null) {
      add(step.id, result.goto, result.key);
    } else if (result.retry) {
      add(step.id, step.id, `${result.key}: retry`);
    } else {
      add(step.id, step.onComplete ?? END_ID, result.key);
    }
  }
  if (step.onComplete !== null) {
    add(step.id, step.onComplete, step.results.length > 0 ? "otherwise" : "");
  } else if (step.results.length === 0 && isLast) {
    add(step.id, END_ID, "");
  }
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
