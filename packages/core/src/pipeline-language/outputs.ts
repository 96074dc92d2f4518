/** Declared outputs of a step. */
import type { PipelineStep } from "@djinnbot/contracts";

/** Declared keys that are absent or blank, in the order of their declaration; empty = all are there. */
export function checkOutputs(step: Pick<PipelineStep, "outputs">, outputs: Readonly<Record<string, string>>): string[] {
  return step.outputs.filter((key) => !Object.hasOwn(outputs, key) || !outputs[key]?.trim());
}
