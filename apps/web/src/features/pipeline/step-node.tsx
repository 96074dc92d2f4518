"use client";
import { Avatar, cn } from "@djinnbot/ui";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { Flag, Hand, Play, Split, TriangleAlert } from "lucide-react";
import type { GraphNode } from "./graph.ts";

export type StepNodeData = {
  step: Extract<GraphNode, { kind: "step" }>;
  emoji: string | null;
  agentMissing: boolean;
  selected: boolean;
  onSelect: (stepId: string) => void;
};

/** Where edges attach; the layout decides where they are drawn, so that they need no marks of their own. */
function Ends() {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className="invisible" />
      <Handle type="source" position={Position.Bottom} isConnectable={false} className="invisible" />
    </>
  );
}

/** A step with its agent; a button, so that it is reached and chosen by keyboard. */
export function StepNode({ data }: NodeProps) {
  const { step, emoji, agentMissing, selected, onSelect } = data as StepNodeData;
  return (
    <>
      <Ends />
      <button
        type="button"
        aria-pressed={selected}
        title={step.description || undefined}
        onClick={() => onSelect(step.id)}
        className={cn(
          "nopan pointer-events-auto flex h-16 w-52 flex-col justify-center gap-1 rounded-lg border bg-surface px-3 text-left transition-colors",
          selected ? "border-accent-text ring-1 ring-accent-text" : "border-line-control/60 hover:border-line-control",
          !step.reachable && "border-dashed",
        )}
      >
        <span className="flex items-center gap-1.5">
          <span className="min-w-0 flex-1 truncate font-mono text-xs font-medium">{step.id}</span>
          {step.reachable ? null : <span className="text-[11px] text-warn">never reached</span>}
        </span>
        <span className="flex min-w-0 items-center gap-1.5 text-xs text-muted">
          {step.doer === "agent" ? (
            <Avatar name={step.agentName || "?"} emoji={emoji} size="xs" />
          ) : step.doer === "approval" ? (
            <Hand aria-hidden className="size-4 shrink-0 text-warn" />
          ) : (
            <Split aria-hidden className="size-4 shrink-0" />
          )}
          <span className="truncate">{step.agentName || "no agent"}</span>
          {agentMissing ? (
            <span className="flex shrink-0 items-center gap-1 text-warn" title="Your team has no agent of this name">
              <TriangleAlert aria-hidden className="size-3" /> missing
            </span>
          ) : null}
        </span>
      </button>
    </>
  );
}

/** A step that is named but not written. */
export function MissingNode({ data }: NodeProps) {
  return (
    <>
      <Ends />
      <div className="flex h-16 w-52 flex-col justify-center gap-1 rounded-lg border border-dashed border-danger-line bg-danger-soft px-3 text-xs">
        <span className="truncate font-mono font-medium">{String(data.label)}</span>
        <span className="text-danger">No step of this id</span>
      </div>
    </>
  );
}

/** Where the run begins and ends. */
export function EndNode({ data }: NodeProps) {
  const Icon = data.label === "start" ? Play : Flag;
  return (
    <>
      <Ends />
      <div className="flex h-7 w-16 items-center justify-center gap-1 rounded-full border border-line bg-sunken text-[11px] text-muted">
        <Icon aria-hidden className="size-3" />
        {data.label === "start" ? "Start" : "End"}
      </div>
    </>
  );
}
