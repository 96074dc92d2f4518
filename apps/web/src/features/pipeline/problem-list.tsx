"use client";
import type { PipelineProblem } from "@djinnbot/contracts";
import { cn, plural, Spinner } from "@djinnbot/ui";
import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { FaultState } from "@/features/form/fault-state.tsx";
import type { Validation } from "./use-validation.ts";

type ProblemListProps = { validation: Validation; onGoTo: (problem: PipelineProblem) => void };

/** What the check found, each problem a way to its place in the text. */
export function ProblemList({ validation, onGoTo }: ProblemListProps) {
  const { problems, state } = validation;
  return (
    <section
      aria-label="Problems"
      className="flex max-h-48 min-h-9 shrink-0 flex-col overflow-y-auto border-t border-line"
    >
      <p role="status" className="flex h-9 shrink-0 items-center gap-1.5 px-3 text-xs [&_svg]:size-3.5">
        <Verdict validation={validation} />
        {state === "checking" ? <Spinner /> : null}
      </p>
      {state === "unknown" ? (
        <FaultState compact title="The text could not be checked" error={validation.error} className="m-2" />
      ) : null}
      {problems.length === 0 ? null : (
        <ul>
          {problems.map((problem, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list is replaced as a whole
            <li key={index}>
              <button
                type="button"
                data-focus="inset"
                onClick={() => onGoTo(problem)}
                className="flex w-full items-start gap-2 px-3 py-1 text-left text-xs hover:bg-hover"
              >
                <SeverityIcon severity={problem.severity} />
                <span className="min-w-0 flex-1 wrap-anywhere">{problem.message}</span>
                <span className="shrink-0 font-mono text-faint">
                  {problem.line}:{problem.column}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function SeverityIcon({ severity }: { severity: PipelineProblem["severity"] }) {
  const Icon = severity === "error" ? CircleAlert : TriangleAlert;
  return (
    <span
      role="img"
      aria-label={severity === "error" ? "Error" : "Warning"}
      className={cn("mt-0.5 shrink-0", severity === "error" ? "text-danger" : "text-warn")}
    >
      <Icon aria-hidden className="size-3.5" />
    </span>
  );
}

function Verdict({ validation: { problems, state } }: { validation: Validation }) {
  const errors = countErrors(problems);
  const warnings = problems.length - errors;
  if (errors > 0) {
    return (
      <span className="flex items-center gap-1.5 font-medium text-danger">
        <CircleAlert aria-hidden /> {plural(errors, "error")}
        {warnings > 0 ? `, ${plural(warnings, "warning")}` : ""}
      </span>
    );
  }
  if (warnings > 0) {
    return (
      <span className="flex items-center gap-1.5 font-medium text-warn">
        <TriangleAlert aria-hidden /> {plural(warnings, "warning")}
      </span>
    );
  }
  return state === "valid" ? (
    <span className="flex items-center gap-1.5 font-medium text-ok">
      <CircleCheck aria-hidden /> Valid
    </span>
  ) : (
    <span className="text-muted">Checking…</span>
  );
}

/** How many problems keep a pipeline from being saved. */
export function countErrors(problems: readonly PipelineProblem[]): number {
  return problems.filter((problem) => problem.severity === "error").length;
}
