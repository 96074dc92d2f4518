/** The new-run form's own view of the operation: every input is text, and an empty one counts as left out. */
import { type InputOf, type Pipeline, runs } from "@djinnbot/contracts";
import { z } from "zod";
import { DollarText, TokenText } from "@/features/budget/amount.ts";
import { optionalText } from "@/features/form/optional-text.ts";

const { shape } = runs.create.input;

export const NewRun = z.object({
  pipelineId: z.string().min(1, "Choose a pipeline").pipe(shape.pipelineId),
  task: z.string().trim().min(1, "Say what should be done").pipe(shape.task),
  repository: optionalText(shape.repository),
  baseBranch: optionalText(shape.baseBranch),
  modelOverride: optionalText(shape.modelOverride),
  context: optionalText(z.string().trim().max(100_000).optional()),
  budgetDollars: DollarText,
  budgetTokens: TokenText,
});
/** What stands in the inputs. */
export type NewRunValues = Record<keyof z.output<typeof NewRun>, string>;
export type NewRunInput = z.output<typeof NewRun>;

export const emptyNewRun: NewRunValues = {
  pipelineId: "",
  task: "",
  repository: "",
  baseBranch: "",
  modelOverride: "",
  context: "",
  budgetDollars: "",
  budgetTokens: "",
};

/** What the form says, as the operation wants it. */
export function toCreate({ budgetDollars, budgetTokens, ...input }: NewRunInput): InputOf<typeof runs.create> {
  const budget = {
    ...(budgetDollars === null ? {} : { costMicros: budgetDollars }),
    ...(budgetTokens === null ? {} : { tokens: budgetTokens }),
  };
  return Object.keys(budget).length === 0 ? input : { ...input, budget };
}

/** Slugs of the agents that a pipeline's steps need, in the order of their first step. */
export function agentsOf(pipeline: Pick<Pipeline, "steps">): string[] {
  const named = pipeline.steps.flatMap((step) => (typeof step.agent === "string" ? [step.agent] : []));
  return [...new Set(named)];
}

/** What is missing of a pipeline's agents, and which of it the catalogue has. */
export function missingAgents(
  needed: readonly string[],
  own: readonly { slug: string; id: string }[],
  catalogue: readonly { slug: string }[],
): { missing: string[]; clonable: string[] } {
  const have = new Set(own.flatMap((agent) => [agent.slug, agent.id]));
  const missing = needed.filter((slug) => !have.has(slug));
  return { missing, clonable: missing.filter((slug) => catalogue.some((template) => template.slug === slug)) };
}
