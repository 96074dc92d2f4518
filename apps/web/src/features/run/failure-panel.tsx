"use client";
import type { RunDetail } from "@djinnbot/contracts";
import { Button, CodeText, ErrorState, TextLink } from "@djinnbot/ui";
import { ArrowDownToLine, RotateCw } from "lucide-react";
import { useState } from "react";
import { useMay } from "../shell/viewer.tsx";
import { ClampedText } from "./clamped-text.tsx";
import { placeOf } from "./failure-place.ts";
import { RestartDialog } from "./restart-dialog.tsx";
import type { TimelineEntry } from "./timeline.ts";

type FailurePanelProps = {
  run: RunDetail;
  timeline: readonly TimelineEntry[];
  /** Shows where in its transcript a step failed. */
  onJump: (key: string) => void;
};

/** Why the run failed: what it means, what happened, what to do, and the way to go on from there. */
export function FailurePanel({ run, timeline, onJump }: FailurePanelProps) {
  const [open, setOpen] = useState(false);
  const mayChange = useMay("settings:write");
  const { failure } = run;
  if (failure === null) {
    return null;
  }
  const step = timeline.findLast((entry) => entry.status === "failed");
  const stepId = step?.stepId ?? run.currentStep;
  const place = placeOf(failure, run);
  return (
    <>
      <ErrorState
        title={failure.meaning}
        why={<ClampedText text={failure.message} className="prose-width" />}
        fix={failure.remedy}
        actions={
          <>
            {stepId === null ? null : (
              <Button size="sm" icon={<RotateCw aria-hidden />} onClick={() => setOpen(true)}>
                Restart from {stepId}
              </Button>
            )}
            {step === undefined ? null : (
              <Button size="sm" icon={<ArrowDownToLine aria-hidden />} onClick={() => onJump(step.key)}>
                Jump to error
              </Button>
            )}
            {place === null || (place.isForAdmins && !mayChange) ? null : (
              <TextLink href={place.href}>{place.label}</TextLink>
            )}
            <CodeText text={failure.code} className="ml-auto text-muted" />
          </>
        }
      />
      <RestartDialog open={open} onOpenChange={setOpen} runId={run.id} stepId={stepId} />
    </>
  );
}
