/** Which steps one run can come to. */
import { failureAction, type PipelineStep } from "@djinnbot/contracts";

type Reading = Pick<PipelineStep, "id" | "onComplete" | "onResult" | "onFailure" | "loop">;

/**
 * Steps that a run which begins with `first` can come to, in the order of the document. Branches of parallel steps are runs of their
 * own and not among them.
 */
export function stepsFrom<S extends Reading>(steps: readonly S[], first: string | undefined): S[] {
  return reached(steps, first, { failing: true });
}

/** The same without those that only a failure leads to: so many steps a run means to do. */
export function stepsMeant<S extends Reading>(steps: readonly S[], first: string | undefined): S[] {
  return reached(steps, first, { failing: false });
}

function reached<S extends Reading>(
  steps: readonly S[],
  first: string | undefined,
  { failing }: { failing: boolean },
): S[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const seen = new Set(first === undefined ? [] : [first]);
  // A set iterates over what is added on the way.
  for (const id of seen) {
    const step = byId.get(id);
    const results = Object.values(step?.onResult ?? {}).map((action) => action.goto);
    const failure = step && failing ? failureAction(step)?.goto : undefined;
    for (const next of [step?.onComplete, step?.loop?.onEachComplete, step?.loop?.onAllComplete, failure, ...results]) {
      if (next !== undefined) {
        seen.add(next);
      }
    }
  }
  return steps.filter((step) => seen.has(step.id));
}
