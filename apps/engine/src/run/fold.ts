/** Folding a workload's result into the record. What it says is material from a sandbox: checked, cleaned, and never trusted. */
import type { RunStatusMessage } from "@djinnbot/contracts";
import { checkOutputs } from "@djinnbot/core/pipeline-language";
import { findStep } from "../agent/prepare-step.ts";
import { workspaceRun } from "../agent/session.ts";
import { narrate, sendCommands } from "../held/channel.ts";
import type { HeldRun, OpenStep } from "../held/held-run.ts";
import type { StepOutcome } from "../held/outcome.ts";
import type { Resources } from "../held/resources.ts";
import { now } from "../lib/clock.ts";
import { cleanOutputs, cleanText } from "../lib/text.ts";
import { waitForDelegations } from "./advance.ts";
import { type Afterwards, endStep } from "./end-step.ts";
import { pauseRun } from "./pause.ts";

export type StepResult = RunStatusMessage & { type: "stepResult" };

/** True when the message is about the execution that is running now, in the session it runs in. */
export function isCurrent(
  run: HeldRun,
  message: { stepId: string; attempt: number; sessionId: string },
): run is HeldRun & { step: OpenStep } {
  const { step } = run;
  return (
    step?.status === "running" &&
    step.stepId === message.stepId &&
    step.attempt === message.attempt &&
    step.sessionId === message.sessionId
  );
}

/** Records a result once; one that is recorded already (or is not awaited) is only acknowledged. */
export async function foldResult(
  resources: Resources,
  run: HeldRun,
  { result, entryId }: { result: StepResult; entryId: string },
): Promise<Afterwards | "ignored"> {
  const ack = { sessionId: result.sessionId, commandId: result.commandId };
  if (!isCurrent(run, result)) {
    await sendCommands(resources, run, [{ sessionId: ack.sessionId, body: { type: "ack", commandId: ack.commandId } }]);
    return "ignored";
  }
  const { step } = run;
  if (result.outcome === "paused") {
    return pauseRun(resources, run, { cursor: entryId, ack });
  }
  const commitHash = result.commitHash && (await collect(resources, run, { step, hash: result.commitHash }));
  if (result.outcome === "waiting") {
    return waitForDelegations(resources, run, { step, commitHash, cursor: entryId, ack });
  }
  const outcome = outcomeOf(run, { step, result, commitHash });
  return endStep(resources, run, { step, outcome, cursor: entryId, ack });
}

function outcomeOf(
  run: HeldRun,
  { step, result, commitHash }: { step: OpenStep; result: StepResult; commitHash: string | null },
): StepOutcome {
  const summary = result.summary === null ? null : cleanText(result.summary, 20_000);
  if (result.outcome === "completed") {
    const outputs = cleanOutputs(result.outputs);
    const missing = checkOutputs(findStep(run, step.stepId), outputs);
    return missing.length === 0
      ? { kind: "completed", outputs, summary, commitHash }
      : {
          kind: "failed",
          code: "OUTPUT_MISSING",
          message: `The step ended without the declared outputs: ${missing.join(", ")}.`,
        };
  }
  const { failure } = result;
  if (failure) {
    return { kind: "failed", code: failure.code, message: cleanText(failure.message, 4000) };
  }
  return step.deadlineAt !== null && step.deadlineAt <= now()
    ? { kind: "failed", code: "STEP_TIMEOUT", message: timeoutMessage(step) }
    : { kind: "failed", code: "WORKLOAD_FAILED", message: summary ?? "The workload gave up the step." };
}

export function timeoutMessage(step: OpenStep): string {
  const seconds = Math.round(((step.deadlineAt ?? 0) - (step.startedAt ?? 0)) / 1000);
  return `The step took longer than its timeout of ${seconds} s.`;
}

/** Brings the step's commit out of the working copy. A commit that cannot be fetched now is fetched with a later one. */
async function collect(
  resources: Resources,
  run: HeldRun,
  { step, hash }: { step: OpenStep; hash: string },
): Promise<string | null> {
  try {
    const { head, commits } = await resources.workspace.collect(workspaceRun(run), {
      agentId: run.session?.agentId ?? "",
      commitHash: hash,
    });
    run.commits = commits;
    if (head !== hash) {
      run.log.warn({ step_id: step.stepId, head, hash }, "the branch is not at the commit the workload names");
    }
    return head;
  } catch (error) {
    const { message } = error as Error;
    run.log.warn({ step_id: step.stepId, err: message }, "fetching a step's commit failed");
    narrate(resources, run, {
      type: "COMMIT_FAILED",
      runId: run.runId,
      stepId: step.stepId,
      attempt: step.attempt,
      error: message,
    });
    return null;
  }
}
