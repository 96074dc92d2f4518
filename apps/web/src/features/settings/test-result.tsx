"use client";
import type { OutputOf, settings } from "@djinnbot/contracts";
import { formatDuration } from "@djinnbot/ui";
import { CircleCheck, CircleX } from "lucide-react";
import { FaultState } from "../form/fault-state.tsx";

type TestResultProps = { result: OutputOf<typeof settings.testProvider> | undefined; error: unknown };

/** What a provider answered to a test, and how fast. */
export function TestResult({ result, error }: TestResultProps) {
  if (error) {
    return <FaultState compact title="The connection could not be tested" error={error} />;
  }
  return (
    <div role="status" className={result ? "flex items-start gap-2 text-sm" : "hidden"}>
      {result ? (
        <>
          {result.ok ? (
            <CircleCheck role="img" aria-label="Works" className="mt-0.5 size-4 shrink-0 text-ok" />
          ) : (
            <CircleX role="img" aria-label="Does not work" className="mt-0.5 size-4 shrink-0 text-danger" />
          )}
          <span className="wrap-anywhere">
            {result.message}
            {result.latencyMs === null ? null : (
              <span className="text-muted"> Answered in {formatDuration(result.latencyMs)}.</span>
            )}
          </span>
        </>
      ) : null}
    </div>
  );
}
