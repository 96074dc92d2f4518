/** Ends a step: `complete` with every required output, or `KEY: value` lines where no such tool is offered. */
import type { Turn } from "./playbook.ts";
import type { Scene } from "./scene.ts";

/** An output that judges: a value that claims success or failure would be made up. */
const judging = /(^|_)(result|status|verdict|decision|outcome)$/;
/** What the bundled pipelines accept beside their own results, so that a scripted run comes to its end. */
const notJudged = "NOT_RUN";
const fixed: Record<string, string> = {
  files_changed: "none",
  pr_url: "none",
};

/** A value for an output that no playbook provides; it says that it is scripted wherever a person may read it. */
export function fallbackOutput(scene: Scene, key: string): string {
  const known = fixed[key];
  if (known) {
    return known;
  }
  if (judging.test(key)) {
    return notJudged;
  }
  if (key.endsWith("_json")) {
    return key.includes("stack") || key.includes("config") ? "{}" : "[]";
  }
  const words = key.replaceAll("_", " ");
  return `Scripted reply of the demo model: ${words} of step ${scene.step || "(none)"}. Configure a model key for real work.`;
}

/** A turn that ends the step. Required keys the playbook does not give are filled by `fallbackOutput`. */
export function completeStep(
  scene: Scene,
  ending: { text?: string; thinking?: string; outputs?: Record<string, string>; summary?: string },
): Turn {
  const given = ending.outputs ?? {};
  const filled = Object.fromEntries(scene.required.map((key) => [key, given[key] ?? fallbackOutput(scene, key)]));
  const outputs = { ...given, ...filled };
  const { thinking } = ending;
  if (!scene.offered.has("complete")) {
    const lines = Object.entries(outputs).map(([key, value]) => `${key}: ${value.replaceAll("\n", "\n  ")}`);
    const text = [ending.text, lines.join("\n")].filter(Boolean).join("\n\n");
    return { ...(thinking && { thinking }), text: text || "Done." };
  }
  const summary = ending.summary ?? outputs.summary ?? `Step ${scene.step} is done.`;
  return {
    ...(thinking && { thinking }),
    ...(ending.text && { text: ending.text }),
    calls: [{ name: "complete", args: { outputs, summary } }],
  };
}

/** A turn that gives the step up, with the reason. */
export function failStep(scene: Scene, reason: { error: string; details?: string }): Turn {
  return scene.offered.has("fail")
    ? { text: reason.error, calls: [{ name: "fail", args: { ...reason } }] }
    : { text: `I cannot finish this step: ${reason.error}` };
}
