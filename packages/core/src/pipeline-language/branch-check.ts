/** Branches of parallel steps: chains that end by themselves and never meet what comes after the join. */
import { error, type Finding, warning } from "./finding.ts";
import type { Flow } from "./flow.ts";
import { type Outline, type OutlineStep, placeOf } from "./outline.ts";
import type { PipelineSource } from "./source.ts";

type Raw = PipelineSource["raw"];

function joinFindings(raw: Raw, step: OutlineStep): Finding[] {
  const { branches = [], join } = step.parallel ?? {};
  const path = [...step.path, "parallel"];
  const findings: Finding[] = [];
  if (typeof join === "number" && join > branches.length) {
    const message = `${placeOf(path, raw)} waits for ${join} branches and has only ${branches.length}.`;
    findings.push(error({ message, path: [...path, "join"] }));
  }
  const twice = branches.findIndex((id, index) => branches.indexOf(id) !== index);
  if (twice >= 0) {
    const message = `${placeOf(path, raw)} names the branch \`${branches[twice]}\` twice; remove one of them.`;
    findings.push(error({ message, path: [...path, "branches", twice] }));
  }
  return findings;
}

/** Everything a branch can come to, and whether that leads out of it. */
function branchFindings(step: OutlineStep, flow: Flow): Finding[] {
  const afterJoin = [step.onComplete, step.onFailure?.goto, ...step.results.map((result) => result.goto)];
  return (step.parallel?.branches ?? []).flatMap((id, index) => {
    const first = flow.find(id);
    const chain = first ? flow.from(first) : new Set<OutlineStep>();
    const path = [...step.path, "parallel", "branches", index];
    if (chain.has(step)) {
      const message = `The branch \`${id}\` leads back to \`${step.id}\`, which started it; let it end by itself.`;
      return [error({ message, path })];
    }
    const out = afterJoin.find((target) => target !== undefined && chain.has(flow.find(target) as OutlineStep));
    const message = `The branch \`${id}\` leads to \`${out}\`, which comes after the join; let the branch end before it.`;
    return out === undefined ? [] : [error({ message, path })];
  });
}

/** For an outline whose names and keys are all right. */
export function checkBranches(raw: Raw, outline: Outline, flow: Flow): Finding[] {
  const lost = outline.steps
    .filter((step) => flow.reachable.has(step) && outline.steps.some((other) => other.loop))
    .flatMap((step) =>
      [...step.results, ...(step.onFailure ? [step.onFailure] : [])].map((result) => ({ step, result })),
    )
    .filter(({ step, result }) => result.continueLoop && !step.loop && !flow.bodies.has(step))
    .map(({ result }) =>
      warning({
        message: `${placeOf(result.path, raw)}: no loop leads here, so \`continueLoop\` fails the run.`,
        path: [...result.path, "continueLoop"],
        atKey: true,
      }),
    );
  const parallels = outline.steps.filter((step) => step.parallel);
  return [...lost, ...parallels.flatMap((step) => [...joinFindings(raw, step), ...branchFindings(step, flow)])];
}
