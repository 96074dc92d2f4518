/** A run as Postgres has it, and whether it can go on. */
import type { Log } from "@djinnbot/config";
import { cancelReason, isTerminal, type PipelineProblem } from "@djinnbot/contracts";
import { LostRun } from "../lib/errors.ts";
import type { LoadedRun, SessionRow } from "../store/rows.ts";
import { type HeldRun, heldRun } from "./held-run.ts";
import { knownPipeline } from "./known-pipeline.ts";
import type { RunEnd } from "./outcome.ts";
import type { ServerWait } from "./server-wait.ts";

export interface ReadRun {
  run: HeldRun;
  /** Sessions that are not closed, newest first. */
  sessions: SessionRow[];
  /** Why an open run must end now. */
  over: RunEnd | null;
}

const nothing = { id: "", name: "", version: "", agents: [], steps: [] };

/** Throws LostRun when the run is gone or somebody else has it. */
export function readRun(key: {
  loaded: LoadedRun | null;
  runId: string;
  epoch: number;
  log: Log;
  stop: AbortSignal;
  server: ServerWait;
}): ReadRun {
  const { loaded, epoch, log, stop, server } = key;
  if (!loaded || loaded.run.leaseEpoch !== epoch) {
    throw new LostRun(key.runId);
  }
  const { run: row, sessions } = loaded;
  const { document, problems } = knownPipeline(row.pipelineYaml);
  const run = heldRun({ loaded, document: document ?? nothing, epoch, log, stop, server });
  if (isTerminal(row.status)) {
    return { run, sessions, over: null };
  }
  if (row.cancelRequestedAt !== null) {
    return { run, sessions, over: { status: "cancelled", reason: cancelReason } };
  }
  const message = firstErrors(problems);
  return { run, sessions, over: document ? null : { status: "failed", code: "PIPELINE_INVALID", message } };
}

/** A line each. */
function firstErrors(problems: readonly PipelineProblem[]): string {
  const errors = problems.filter((problem) => problem.severity === "error").slice(0, 5);
  return errors.map((problem) => `line ${problem.line}: ${problem.message}`).join("\n");
}
