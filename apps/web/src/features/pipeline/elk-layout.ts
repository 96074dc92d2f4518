/** Places the nodes of a diagram and the bends of its edges. The layout library is large, so it is loaded when first needed. */
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import type { Graph, GraphNode } from "./graph.ts";

export type Point = { x: number; y: number };
export type PlacedEdge = { points: readonly Point[]; label: Point | null };
export type Placement = {
  nodes: ReadonlyMap<string, Point & { width: number; height: number }>;
  edges: ReadonlyMap<string, PlacedEdge>;
  /** Around all nodes, edges and labels. */
  size: { width: number; height: number };
};

export const STEP_SIZE = { width: 208, height: 64 };
export const END_SIZE = { width: 64, height: 28 };
const LABEL_HEIGHT = 18;

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.spacing.nodeNodeBetweenLayers": "44",
  "elk.spacing.nodeNode": "40",
  "elk.spacing.edgeNode": "24",
  "elk.spacing.edgeEdge": "16",
  "elk.spacing.edgeLabel": "4",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
  "elk.layered.feedbackEdges": "true",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.nodePlacement.favorStraightEdges": "true",
};

/** Kept straight before all others. */
const ON_AXIS = { "elk.layered.priority.straightness": "100", "elk.layered.priority.direction": "10" };

/** Node size in px, fixed by its kind so that a diagram needs no measuring. */
export function sizeOf(node: GraphNode) {
  return node.kind === "start" || node.kind === "end" ? END_SIZE : STEP_SIZE;
}

/** About as wide as the label is drawn (px). */
export function labelWidth(label: string): number {
  return Math.min(200, label.length * 6.6 + 12);
}

/** Lays a diagram out from top to bottom. */
export async function layOut(graph: Graph): Promise<Placement> {
  const { default: Elk } = await import("elkjs/lib/elk.bundled.js");
  const mainWay = mainWayOf(graph);
  const placed: ElkNode = await new Elk().layout({
    id: "root",
    layoutOptions: OPTIONS,
    children: graph.nodes.map((node) => ({ id: node.id, ...sizeOf(node) })),
    edges: graph.edges.map((edge) => ({
      id: edge.id,
      sources: [edge.source],
      targets: [edge.target],
      layoutOptions: mainWay.has(edge.id) ? ON_AXIS : {},
      labels: edge.label === "" ? [] : [{ text: edge.label, width: labelWidth(edge.label), height: LABEL_HEIGHT }],
    })),
  });
  return {
    nodes: new Map((placed.children ?? []).map(nodeOf)),
    edges: new Map((placed.edges ?? []).map(edgeOf)),
    size: { width: placed.width ?? 0, height: placed.height ?? 0 },
  };
}

/** Edges between steps that follow each other in the text, and from start and to end: what happens when all goes well. */
function mainWayOf({ nodes, edges }: Graph): ReadonlySet<string> {
  const next = new Map(nodes.map((node, index) => [node.id, nodes[index + 1]?.id]));
  return new Set(edges.filter((edge) => next.get(edge.source) === edge.target).map((edge) => edge.id));
}

function nodeOf({ id, x = 0, y = 0, width = 0, height = 0 }: ElkNode) {
  return [id, { x, y, width, height }] as const;
}

function edgeOf(edge: ElkExtendedEdge) {
  const points = (edge.sections ?? []).flatMap((section) => [
    section.startPoint,
    ...(section.bendPoints ?? []),
    section.endPoint,
  ]);
  const label = edge.labels?.[0];
  const middle = label && {
    x: (label.x ?? 0) + (label.width ?? 0) / 2,
    y: (label.y ?? 0) + (label.height ?? 0) / 2,
  };
  return [edge.id, { points, label: middle ?? null }] as const;
}

/** An SVG path through the points with rounded corners. */
export function roundedPath(points: readonly Point[], radius = 8): string {
  const [first, ...rest] = points;
  if (!first) {
    return "";
  }
  let path = `M ${first.x} ${first.y}`;
  let from = first;
  for (const [index, corner] of rest.entries()) {
    const next = rest[index + 1];
    if (!next) {
      path += ` L ${corner.x} ${corner.y}`;
      break;
    }
    const before = towards(corner, from, radius);
    const after = towards(corner, next, radius);
    path += ` L ${before.x} ${before.y} Q ${corner.x} ${corner.y} ${after.x} ${after.y}`;
    from = corner;
  }
  return path;
}

/** The point on the way from a to b, at most half of it away. */
function towards(a: Point, b: Point, distance: number): Point {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const share = length === 0 ? 0 : Math.min(distance, length / 2) / length;
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
}
