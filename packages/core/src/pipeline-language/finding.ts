/** What a check finds, before its place in the text is known. */
import type { PipelineProblem } from "@djinnbot/contracts";
import type { Path, PipelineSource } from "./source.ts";

export interface Finding {
  severity: "error" | "warning";
  message: string;
  path: Path;
  /** Point at the key instead of its value. */
  atKey?: boolean;
  /** Characters from the start of the text at `path`: for a place inside a template. */
  offset?: number;
}

export const error = (finding: Omit<Finding, "severity">): Finding => ({ severity: "error", ...finding });
export const warning = (finding: Omit<Finding, "severity">): Finding => ({ severity: "warning", ...finding });

/** Gives a finding its line and column. */
export function toProblem(source: PipelineSource, finding: Finding): PipelineProblem {
  const { severity, message, path } = finding;
  return { severity, message, ...source.locate(finding), path: path.join(".") };
}
