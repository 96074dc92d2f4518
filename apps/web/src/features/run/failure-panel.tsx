"use client";
import type { RunDetail } from "@djinnbot/contracts";
import { Badge, Button, ErrorState, TextLink } from "@djinnbot/ui";
import { RotateCw } from "lucide-react";
import { useState } from "react";
import { RestartDialog } from "./restart-dialog.tsx";
import type { TimelineEntry } from "./timeline.ts";

const PLACES: Partial<Record<string, { href: string; label: string }>> = {
  MODEL_NOT_CONFIGURED: { href: "/settings/providers", label: "Open providers" },
  MODEL_REFUSED: { href: "/settings/providers", label: "Open providers" },
  AGENT_MISSING: { href: "/agents", label: "Open agents" },
};

/** Why the run failed: what it means, what happened, what to do, and the way to go on from there. */
export function FailurePanel({ run, timeline }: { run: RunDetail; timeline: readonly TimelineEntry[] }) {
  const [open, setOpen] = useState(false);
  const { failure } = run;
  if (failure === null) {
    return null;
  }
  const step = timeline.findLast((entry) => entry.status === "failed");
  const stepId = step?.stepId ?? run.currentStep;
  const place =
    failure.code.startsWith("PIPELINE_") || failure.code === "NO_ROUTE" || failure.code === "OUTPUT_MISSING"
      ? { href: `/pipelines/${encodeURIComponent(run.pipelineId)}`, label: "Open the pipeline" }
      : PLACES[failure.code];
  return (
    <>
      <ErrorState
        title={failure.meaning}
        why={
          <span className="flex flex-wrap items-start gap-x-2 gap-y-1">
            <Badge tone="danger" className="font-mono">
              {failure.code}
            </Badge>
            <span className="prose-width min-w-0 flex-1 basis-64 whitespace-pre-wrap">{failure.message}</span>
          </span>
        }
        fix={failure.remedy}
        actions={
          <>
            {stepId === null ? null : (
              <Button size="sm" icon={<RotateCw aria-hidden />} onClick={() => setOpen(true)}>
                Restart from {stepId}
              </Button>
            )}
            {place === undefined ? null : <TextLink href={place.href}>{place.label}</TextLink>}
          </>
        }
      />
      <RestartDialog open={open} onOpenChange={setOpen} runId={run.id} stepId={stepId} />
    </>
  );
}
