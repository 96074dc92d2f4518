/** Steps that no agent does: opened when the run comes to them, settled when what they wait for has happened. */
import { isApprovalStep, isParallelStep, type PipelineStep } from "@djinnbot/contracts";
import type { OutboxMessage } from "@djinnbot/core/outbox";
import type { Statement } from "@djinnbot/core/tenant-sql";
import { openApproval, settleApproval } from "./approval.ts";
import { openBranches, settleBranches } from "./branches.ts";
import type { StepOutcome } from "./decide.ts";
import { StepFault } from "./errors.ts";
import type { HeldRun, OpenStep } from "./held-run.ts";
import type { Wanted } from "./next-step.ts";
import type { Park } from "./park.ts";
import { findStep } from "./prepare-step.ts";
import type { Resources } from "./resources.ts";

export interface OpenGate {
  messages: OutboxMessage[];
  park: Park;
}
/** What a waiting step has come to: its outcome, or that it has to wait on. */
export type Settled =
  | { outcome: StepOutcome; handOver: string | null; also: Statement[]; messages: OutboxMessage[] }
  | { park: Park; messages: OutboxMessage[] };

export async function openGate(
  resources: Resources,
  run: HeldRun,
  options: { definition: PipelineStep; open: OpenStep; wanted: Wanted },
): Promise<OpenGate> {
  const { definition, open, wanted } = options;
  if (isApprovalStep(definition)) {
    return openApproval(run, { definition, open, wanted });
  }
  if (isParallelStep(definition)) {
    return openBranches(resources, run, { definition, open, wanted });
  }
  throw new StepFault("PIPELINE_INVALID", `The step ${definition.id} has neither agent, approval nor branches.`);
}

/** Throws StepFault for what belongs onto the step. */
export async function settleGate(resources: Resources, run: HeldRun, step: OpenStep): Promise<Settled> {
  const definition = findStep(run, step.stepId);
  if (isApprovalStep(definition)) {
    return settleApproval(resources, run, { definition, step });
  }
  if (isParallelStep(definition)) {
    return settleBranches(resources, run, { definition, step });
  }
  throw new StepFault("PIPELINE_INVALID", `The step ${definition.id} waits for nothing.`);
}
