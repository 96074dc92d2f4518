"use client";
import {
  Background,
  Controls,
  type Edge,
  getViewportForBounds,
  MarkerType,
  type Node,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { type CSSProperties, useEffect, useMemo, useRef, useState } from "react";
import { layOut, type Placement, sizeOf } from "./elk-layout.ts";
import { FlowEdge, type FlowEdgeData } from "./flow-edge.tsx";
import { END_ID, type Graph, type GraphEdge, START_ID } from "./graph.ts";
import { EndNode, MissingNode, StepNode, type StepNodeData } from "./step-node.tsx";

export type FlowDiagramProps = {
  graph: Graph;
  selectedId: string | null;
  onSelect: (stepId: string) => void;
  /** Emoji by agent slug, and whether the tenant has that agent. Null while it is not known. */
  agents: ReadonlyMap<string, { emoji: string | null }> | null;
};

const NODE_TYPES = { step: StepNode, missing: MissingNode, start: EndNode, end: EndNode };
const EDGE_TYPES = { flow: FlowEdge };
const PADDING = 0.06;
const MIN_ZOOM = 0.2;

/** The library's own parts in our colours, dark and light. */
const COLOURS = {
  "--xy-controls-button-background-color": "var(--surface)",
  "--xy-controls-button-background-color-hover": "var(--hover)",
  "--xy-controls-button-color": "var(--fg)",
  "--xy-controls-button-color-hover": "var(--fg)",
  "--xy-controls-button-border-color": "var(--line)",
  "--xy-controls-box-shadow": "0 0 0 1px var(--line)",
  "--xy-attribution-background-color": "transparent",
} as CSSProperties;

/** The pipeline as a diagram. It is large; load it when it is needed. */
export default function FlowDiagram(props: FlowDiagramProps) {
  return (
    <ReactFlowProvider>
      <Diagram {...props} />
    </ReactFlowProvider>
  );
}

function Diagram(props: FlowDiagramProps) {
  const { graph, selectedId } = props;
  const placement = usePlacement(graph);
  const nodes = useNodes(props, placement);
  const edges = useMemo(() => edgesOf(graph.edges, placement, selectedId), [graph.edges, placement, selectedId]);
  return (
    <figure aria-label="Flow of the pipeline" className="relative h-full min-h-0 w-full">
      <figcaption className="sr-only">{inWords(graph)}</figcaption>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        minZoom={MIN_ZOOM}
        maxZoom={1.5}
        style={COLOURS}
        className="bg-transparent!"
      >
        <Background gap={20} color="var(--line)" bgColor="transparent" />
        <Controls showInteractive={false} aria-label="View of the diagram" />
        <Camera placement={placement} selectedId={selectedId} />
      </ReactFlow>
    </figure>
  );
}

/** Lays out anew only when nodes or edges change, not with every letter that is typed. */
function usePlacement(graph: Graph): Placement | null {
  const [placement, setPlacement] = useState<Placement | null>(null);
  const shape = JSON.stringify([
    graph.nodes.map((node) => [node.id, node.kind]),
    graph.edges.map((edge) => [edge.id, edge.label]),
  ]);
  const latest = useRef(graph);
  latest.current = graph;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape is all of the graph that places anything
  useEffect(() => {
    let current = true;
    void layOut(latest.current).then((next) => {
      if (current) {
        setPlacement(next);
      }
    });
    return () => {
      current = false;
    };
  }, [shape]);
  return placement;
}

function useNodes({ graph, selectedId, onSelect, agents }: FlowDiagramProps, placement: Placement | null): Node[] {
  return useMemo(() => {
    if (placement === null) {
      return [];
    }
    return graph.nodes.flatMap((node): Node[] => {
      const place = placement.nodes.get(node.id);
      if (!place) {
        return [];
      }
      const base = { id: node.id, position: { x: place.x, y: place.y }, ...sizeOf(node) };
      if (node.kind !== "step") {
        return [{ ...base, type: node.kind, data: { label: node.kind === "missing" ? node.id : node.kind } }];
      }
      const known = agents?.get(node.agent);
      const data: StepNodeData = {
        step: node,
        emoji: known?.emoji ?? null,
        agentMissing: agents !== null && known === undefined && node.agent !== "",
        selected: node.id === selectedId,
        onSelect,
      };
      return [{ ...base, type: "step", data }];
    });
  }, [graph.nodes, placement, selectedId, onSelect, agents]);
}

function edgesOf(edges: readonly GraphEdge[], placement: Placement | null, selectedId: string | null): Edge[] {
  return edges.flatMap((edge): Edge[] => {
    const placed = placement?.edges.get(edge.id);
    if (!placed) {
      return [];
    }
    const active = selectedId !== null && (edge.source === selectedId || edge.target === selectedId);
    const color = active ? "var(--accent-text)" : "var(--line-control)";
    const data: FlowEdgeData = { edge, placed, active };
    return [
      {
        id: edge.id,
        source: edge.source,
        target: edge.target,
        type: "flow",
        data,
        markerEnd: { type: MarkerType.ArrowClosed, color, width: 16, height: 16 },
        style: { stroke: color, strokeWidth: 1.5, strokeDasharray: edge.back ? "5 4" : undefined },
        zIndex: active ? 1 : 0,
      },
    ];
  });
}

type CameraProps = { placement: Placement | null; selectedId: string | null };

/** Shows the whole diagram when its shape changes, and the selected node when it is out of sight. */
function Camera({ placement, selectedId }: CameraProps) {
  const flow = useReactFlow();
  // On a phone the diagram may begin out of sight, without a size.
  const shown = useStore((state) => state.width > 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: fits again once there is a size
  useEffect(() => {
    const frame = document.querySelector(".react-flow")?.getBoundingClientRect();
    if (placement === null || !frame || frame.width === 0) {
      return;
    }
    // Edges and their labels reach beyond the nodes, so it is the whole layout that must fit.
    const bounds = { x: 0, y: 0, ...placement.size };
    void flow.setViewport(getViewportForBounds(bounds, frame.width, frame.height, MIN_ZOOM, 1, PADDING));
  }, [flow, placement, shown]);
  useEffect(() => {
    const place = selectedId === null ? undefined : placement?.nodes.get(selectedId);
    const frame = document.querySelector(".react-flow")?.getBoundingClientRect();
    if (!place || !frame) {
      return;
    }
    const from = flow.flowToScreenPosition({ x: place.x, y: place.y });
    const to = flow.flowToScreenPosition({ x: place.x + place.width, y: place.y + place.height });
    const inside = from.x >= frame.left && from.y >= frame.top && to.x <= frame.right && to.y <= frame.bottom;
    if (!inside) {
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      void flow.setCenter(place.x + place.width / 2, place.y + place.height / 2, {
        zoom: flow.getZoom(),
        duration: still ? 0 : 150,
      });
    }
  }, [flow, placement, selectedId]);
  return null;
}

function inWords(graph: Graph): string {
  const name = (id: string) => (id === START_ID ? "the start" : id === END_ID ? "the end" : id);
  return graph.edges
    .map((edge) => `From ${name(edge.source)} to ${name(edge.target)}${edge.label === "" ? "" : ` on ${edge.label}`}.`)
    .join(" ");
}
