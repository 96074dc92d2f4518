import type { TimelineEntry } from "./timeline.ts";

/** What is to be said of a step's outputs beside those that are there; null when that is all. */
export function outputsWords({
  status,
  outputs,
  declared,
  summary,
}: Pick<TimelineEntry, "status" | "outputs" | "declared" | "summary">): string | null {
  const missing = declared.filter((name) => !(name in outputs));
  const named = missing.length === 0 ? "" : ` Missing: ${missing.join(", ")}.`;
  const isNothing = Object.keys(outputs).length === 0;
  switch (status) {
    case "completed":
      return isNothing && summary === null ? "This step declares no outputs." : null;
    case "failed":
      return `The step failed before it delivered${isNothing ? "" : " all"}.${named}`;
    case "retrying":
      return `This attempt failed before it delivered, and the step was done again.${named}`;
    case "cancelled":
      return `The step was cancelled before it delivered${isNothing ? "" : " all"}.${named}`;
    default:
      return "Outputs appear here when the step completes.";
  }
}
