/** What happens to a run: a log line and a count each, so that logs say which run and why, and metrics how many ended how. */

import { now } from "../lib/clock.ts";
import type { HeldRun, OpenStep } from "./held-run.ts";
import type { RunEnd } from "./outcome.ts";

interface Ended {
  status: "completed" | "failed" | "cancelled";
  code?: string;
  message?: string;
}

/** The whole text is in the run's record. */
const maxMessageChars = 300;
/** Of this process since its start: `status` and `code` as Prometheus labels → how many. */
const ended = { run: new Map<string, number>(), step: new Map<string, number>() };

/** The bindings of the run's log name tenant and run. */
export function noteStepStart(run: HeldRun, step: OpenStep): void {
  const { stepId, attempt, agentSlug, sessionId } = step;
  run.log.info({ step_id: stepId, attempt, agent: agentSlug, session_id: sessionId }, "step started");
}

export function noteStepEnd(run: HeldRun, step: OpenStep, end: Ended): void {
  const { stepId, attempt, startedAt } = step;
  note(run, end, { what: "step", startedAt, fields: { step_id: stepId, attempt } });
}

export function noteRunEnd(run: HeldRun, end: RunEnd): void {
  const { status } = end;
  const said = status === "cancelled" ? { status, code: "CANCELLED", message: end.reason } : end;
  note(run, said, { what: "run", startedAt: run.row.startedAt, fields: {} });
}

function note(
  run: HeldRun,
  { status, code, message }: Ended,
  { what, startedAt, fields }: { what: "run" | "step"; startedAt: number | null; fields: object },
): void {
  const labels = `status="${status}",code="${code ?? ""}"`;
  ended[what].set(labels, (ended[what].get(labels) ?? 0) + 1);
  const why = code === undefined ? {} : { code, reason: message?.slice(0, maxMessageChars) };
  const duration = startedAt === null ? {} : { duration_ms: now() - startedAt };
  const level = status === "failed" ? "warn" : "info";
  run.log[level]({ ...fields, status, ...why, ...duration }, `${what} ended`);
}

/** The counts in Prometheus' text format. */
export function endedMetrics(): string {
  return (["run", "step"] as const)
    .map((what) => {
      const name = `djinnbot_engine_${what}s_ended_total`;
      const values = [...ended[what]].map(([labels, count]) => `${name}{${labels}} ${count}\n`);
      return `# HELP ${name} Ended ${what}s since the start, by outcome\n# TYPE ${name} counter\n${values.join("")}`;
    })
    .join("");
}
