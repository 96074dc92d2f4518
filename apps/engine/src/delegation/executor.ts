/** The run of an executor: a pipeline of one step, made from the task that was delegated. */

import { cleanText } from "../lib/text.ts";
import type { NewChild } from "../store/child-runs.ts";
import type { DelegationRow, TaskRow } from "../store/delegations.ts";

const executorPipeline = "execute";
const evaluationPipeline = "evaluate";

/** What every executor is told about the limits of its task. */
const standardRules = `- Mend the bugs that you make yourself.
- Add checks that the code cannot do without, such as of its input, even if nobody asked for them.
- Remove what blocks you, when that is a small change within your task.
- Stop at decisions about the architecture: new tables, another library, a changed interface that others use. Describe the decision in your summary instead of making it.
- Try at most three times to solve one problem; then go on without it and say so.
- Change only what your task is about.`;

const maxResultChars = 4000;

interface Executor {
  delegation: DelegationRow;
  task: TaskRow;
  model: string | null;
}

/** The run of an executor, as its parent makes it. */
export function executorOf(executor: Executor): NewChild {
  const { task, model } = executor;
  const { id, document, firstStep, context } = task.evaluation ? evaluation(executor) : execution(executor);
  return {
    ...{ runId: task.runId, projectId: task.projectId, task: task.prompt, firstStep, stepsTotal: 1, context, model },
    ...{ pipeline: { id, name: task.title, document }, branch: null },
  };
}

interface Document {
  id: string;
  /** JSON is YAML. */
  document: string;
  firstStep: string;
  /** Its fields are the values of the instruction's variables: what agents wrote is never read as a template. */
  context: Record<string, string>;
}

function execution({ delegation, task }: Executor): Document {
  const input = `You are the executor of one task that a colleague has given to you; it stands above, and you see nothing else of the colleague's work. Work in the repository and commit as usual: your branch is merged into the colleague's when you complete.

Rules for deviating from the task:
{{deviation_rules}}

What the tasks before yours have done, which is in your working copy already:
{{earlier_results}}

Complete with a summary of what you did, and with your deviations from the task (\`none\` when there are none).`;
  const rules = [standardRules, delegation.deviationRules.trim()].filter((text) => text !== "").join("\n");
  const earlier = delegation.tasks.filter(({ key }) => task.dependencies.includes(key));
  return {
    ...oneStep({ id: executorPipeline, step: "EXECUTE", agent: delegation.agent, input, task }),
    context: { deviation_rules: rules, earlier_results: earlier.map(resultOf).join("\n\n") || "There were none." },
  };
}

function evaluation({ delegation, task }: Executor): Document {
  const input = `Several executors have solved the same task in different ways. The criteria by which their work is compared stand above.

Each approach is a commit that your repository has; \`git diff HEAD...<commit>\` shows what it changed, and \`git worktree add\` or \`git show\` let you look closer. Judge by what you see and, where it can be done, by running it; change nothing yourself.

The approaches:
{{approaches}}

Complete with the key of the best one as \`winner\`, and with your reasons as \`evaluation\`: a score from 1 to 10 for each approach, and one sentence on what it does better and worse than the others.`;
  const approaches = delegation.tasks.filter((one) => !one.evaluation).map(resultOf);
  return {
    ...oneStep({ id: evaluationPipeline, step: "EVALUATE", agent: delegation.agent, input, task }),
    context: { approaches: approaches.join("\n\n") },
  };
}

function oneStep(options: { id: string; step: string; agent: string; input: string; task: TaskRow }) {
  const { id, step, agent, input, task } = options;
  const outputs = task.evaluation ? ["winner", "evaluation"] : ["summary", "deviations"];
  const { timeoutSeconds } = task;
  const steps = [{ id: step, agent, input, outputs, timeoutSeconds, maxRetries: 1 }];
  const document = { id, name: task.title, version: "1.0.0", agents: [{ id: agent }], steps };
  return { id, firstStep: step, document: JSON.stringify(document) };
}

function resultOf({ key, title, status, commitHash, outputs, error }: TaskRow): string {
  const commit = commitHash === null ? "no commit" : `commit ${commitHash}`;
  const said = Object.values(outputs).join("\n") || error || "";
  return cleanText(`${key} (${title}): ${status}, ${commit}\n${said}`, maxResultChars);
}
