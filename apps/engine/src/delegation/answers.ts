/** What the agent is told of its delegations when it goes on. */
import type { HeldRun, OpenStep } from "../held/held-run.ts";
import type { Resources } from "../held/resources.ts";
import { cleanText } from "../lib/text.ts";
import { type DelegationRow, readDelegations, type TaskRow } from "../store/delegations.ts";

const maxTaskChars = 6000;
const maxAnswerChars = 28_000;

/** By the delegation's id; none for a step that begins. */
export async function answersFor(
  { deps }: Resources,
  run: HeldRun,
  step: OpenStep,
): Promise<Record<string, string> | null> {
  if (step.startedAt === null) {
    return null;
  }
  const ended = (await readDelegations(deps, run, step.id)).filter(({ status }) => status !== "running");
  return ended.length === 0 ? null : Object.fromEntries(ended.map((one) => [one.id, answer(one)]));
}

export function answer(delegation: DelegationRow): string {
  const { tasks, status, error, kind } = delegation;
  const done = tasks.filter((task) => task.status === "completed").length;
  const why = error === null ? "" : ` ${error}`;
  const merged =
    kind === "approaches"
      ? "Nothing was merged: take the commit that you want with `git merge <commit>`."
      : "The work of completed tasks is merged into your branch and is in your working copy.";
  const head = `The delegation is ${status}: ${done} of ${tasks.length} tasks completed.${why}`;
  const body = tasks.map((task) => cleanText(sayTask(task), maxTaskChars));
  return cleanText([head, ...(done > 0 ? [merged] : []), ...body].join("\n\n"), maxAnswerChars);
}

function sayTask(task: TaskRow): string {
  const { key, title, status, error, conflicts, commitHash, outputs } = task;
  const lines = [`## ${key}: ${title}`, `Status: ${status}`];
  if (error !== null) {
    lines.push(`Why: ${error}`);
  }
  if (conflicts.length > 0) {
    lines.push(`Conflicting files: ${conflicts.join(", ")}`);
  }
  if (commitHash !== null) {
    lines.push(`Commit: ${commitHash}`);
  }
  return [...lines, ...Object.entries(outputs).map(([name, value]) => `${name}: ${value}`)].join("\n");
}
