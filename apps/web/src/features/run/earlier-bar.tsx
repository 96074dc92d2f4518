"use client";
import { Button } from "@djinnbot/ui";
import { FaultState } from "@/features/form/fault-state.tsx";
import type { EarlierEvents } from "./use-earlier-events.ts";

/** Says that the beginning is missing, and loads more of it. */
export function EarlierBar({ earlier }: { earlier: EarlierEvents }) {
  return earlier.error === null ? (
    <p className="flex shrink-0 flex-wrap items-center gap-x-2 border-b border-line bg-sunken px-4 py-1 text-xs text-muted">
      Earlier events are not shown
      <span aria-hidden>·</span>
      <Button variant="link" size="sm" className="px-0" loading={earlier.loading} onClick={() => void earlier.load()}>
        Load earlier
      </Button>
    </p>
  ) : (
    <FaultState
      compact
      className="m-2"
      title="Earlier events could not be loaded"
      error={earlier.error}
      onRetry={() => void earlier.load()}
      retrying={earlier.loading}
    />
  );
}
