"use client";
import { cn } from "@djinnbot/ui";
import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { type PlacedEdge, roundedPath } from "./elk-layout.ts";
import type { GraphEdge } from "./graph.ts";

export type FlowEdgeData = { edge: GraphEdge; placed: PlacedEdge; active: boolean };

/** A way from step to step along the bends of the layout, with the result that leads there. */
export function FlowEdge({ data, markerEnd, style }: EdgeProps) {
  const { edge, placed, active } = data as FlowEdgeData;
  return (
    <>
      <BaseEdge
        path={roundedPath(placed.points)}
        {...(markerEnd === undefined ? {} : { markerEnd })}
        style={style ?? {}}
      />
      {placed.label === null ? null : (
        <EdgeLabelRenderer>
          <span
            className={cn(
              "absolute max-w-48 truncate rounded-sm border bg-surface px-1 font-mono text-[11px] leading-4",
              active ? "border-accent-line text-accent-text" : "border-line text-muted",
            )}
            style={{ transform: `translate(-50%, -50%) translate(${placed.label.x}px, ${placed.label.y}px)` }}
          >
            {edge.label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}
