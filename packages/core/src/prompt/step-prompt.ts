/** The prompt of one step: where it stands, what is known so far, and the instruction itself (reference 1.3). */
import type { Knowledge } from "@djinnbot/contracts";
import { cut, entry, fitting, join, oneLine, section } from "./text.ts";

export interface StepPrompt {
  pipelineId: string;
  stepId: string;
  /** Counts from 1. */
  attempt: number;
  taskDescription: string;
  /** Outputs of the steps so far, oldest first. */
  previousOutputs: Readonly<Record<string, string>>;
  knowledge: Knowledge[];
  /** Why this step runs again, or what a person added to it. */
  feedback: string | null;
  git: { branch: string; base: string | null; recentCommits: string[] } | null;
  /** The step's input, already rendered. */
  input: string;
}

/** Characters per section. Together they stay well inside the window of common models. */
const max = {
  task: 50_000,
  output: 8000,
  outputs: 40_000,
  knowledgeEntry: 2000,
  knowledge: 12_000,
  commits: 20,
  feedback: 8000,
  input: 200_000,
} as const;
/** A value this long that the instruction quotes in full is not written a second time. */
const worthNotRepeating = 200;

const weights: Record<string, number> = { critical: 0, high: 1, medium: 2, low: 3 };

function outputsBody({ previousOutputs, input }: StepPrompt): string {
  const entries = Object.entries(previousOutputs)
    .filter(([, value]) => value.trim() !== "")
    .map(([key, value]) => {
      const quoted = value.length >= worthNotRepeating && input.includes(value);
      return entry(oneLine(key), quoted ? "(in full in the instruction below)" : cut(value, max.output));
    });
  return fitting(entries, max.outputs);
}

function knowledgeBody(knowledge: Knowledge[]): string {
  const weight = ({ importance }: Knowledge) => weights[importance.toLowerCase()] ?? 2;
  const entries = knowledge
    .toSorted((a, b) => weight(a) - weight(b))
    .map(({ importance, category, content }) =>
      entry(`[${oneLine(importance).toUpperCase()}] ${oneLine(category)}`, cut(content, max.knowledgeEntry)),
    );
  return fitting(entries, max.knowledge);
}

function gitBody(git: StepPrompt["git"]): string {
  if (!git) {
    return "";
  }
  const commits = git.recentCommits.slice(0, max.commits).map((commit) => `- ${oneLine(commit)}`);
  return [
    `Branch: ${oneLine(git.branch)}`,
    ...(git.base ? [`Base: ${oneLine(git.base)}`] : []),
    ...(commits.length > 0 ? ["Recent commits:", ...commits] : []),
  ].join("\n");
}

/** Builds the prompt of a step. Every section is bounded and says what was left out. */
export function buildStepPrompt(options: StepPrompt): string {
  const { pipelineId, stepId, attempt, taskDescription, knowledge, feedback, git, input } = options;
  const header = [`Pipeline: ${oneLine(pipelineId)}`, `Step: ${oneLine(stepId)}`, `Attempt: ${attempt}`].join("\n");
  const task = taskDescription.trim();
  return join([
    header,
    task !== "" && input.includes(task) ? "" : section("Task", cut(task, max.task)),
    section("Outputs of the steps before", outputsBody(options)),
    section("What the agents of this run have shared", knowledgeBody(knowledge)),
    section("Repository", gitBody(git)),
    section("Feedback on the attempt before", feedback && cut(feedback, max.feedback)),
    section("Your instruction", cut(input, max.input)),
  ]);
}
