/** Steps that no agent does: opened when the run comes to them, resolved when what they wait for has happened. */

import { isApprovalStep, isParallelStep, type PipelineStep } from "@djinnbot/contracts";
import { findStep } from "../agent/prepare-step.ts";
import type { HeldRun, OpenStep } from "../held/held-run.ts";
import type { OpenGate, Resolved, Wanted } from "../held/outcome.ts";
import type { Resources } from "../held/resources.ts";
import { StepFault } from "../lib/errors.ts";
import { openApproval, resolveApproval } from "./approval.ts";
import { joinBranches, openBranches } from "./branches.ts";

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
export async function resolveGate(resources: Resources, run: HeldRun, step: OpenStep): Promise<Resolved> {
  const definition = findStep(run, step.stepId);
  if (isApprovalStep(definition)) {
    return resolveApproval(resources, run, { definition, step });
  }
  if (isParallelStep(definition)) {
    return joinBranches(resources, run, { definition, step });
  }
  throw new StepFault("PIPELINE_INVALID", `The step ${definition.id} waits for nothing.`);
}
