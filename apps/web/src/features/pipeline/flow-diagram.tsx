"use client";
import {
  Background,
  Controls,
  type Edge,
  MarkerType,
  MiniMap,
  type Node,
  ReactFlow,
  ReactFlowProvider,
  useStore,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { type CSSProperties, useEffect, useMemo, useRef, useState } from "react";
import { Camera, openingView } from "./diagram-camera.tsx";
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
  "--xy-minimap-background-color": "var(--sunken)",
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
  const fits = useStore((state) => placement === null || openingView(placement, state).fits);
  const mostHidden = useStore((state) => placement !== null && openingView(placement, state).mostHidden);
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
        panOnScroll={!fits}
        style={COLOURS}
        className="bg-transparent!"
      >
        <Background gap={20} color="var(--line)" bgColor="transparent" />
        <Controls showInteractive={false} aria-label="View of the diagram" />
        {mostHidden ? (
          <MiniMap
            pannable
            zoomable
            ariaLabel="Overview of the diagram"
            nodeColor="var(--line-control)"
            nodeStrokeWidth={0}
            maskColor="color-mix(in srgb, var(--hover) 70%, transparent)"
            className="max-sm:hidden"
            style={{ width: 132, height: 168 }}
          />
        ) : null}
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

function inWords(graph: Graph): string {
  const name = (id: string) => (id === START_ID ? "the start" : id === END_ID ? "the end" : id);
  return graph.edges
    .map((edge) => `From ${name(edge.source)} to ${name(edge.target)}${edge.label === "" ? "" : ` on ${edge.label}`}.`)
    .join(" ");
}
