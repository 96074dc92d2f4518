/** Why a run or a step failed: a code, what it means, what to do. Shown by every surface, so nobody writes it twice. */
import { z } from "zod";

export const failures = {
  PIPELINE_INVALID: {
    meaning: "The pipeline cannot be run as it is written.",
    remedy: "Open the pipeline, fix the marked lines, and start the run again.",
  },
  PIPELINE_UNSUPPORTED: {
    meaning: "The pipeline uses a feature this version does not run.",
    remedy: "Remove the named feature from the pipeline, or update the platform.",
  },
  AGENT_MISSING: {
    meaning: "A step names an agent that does not exist here.",
    remedy: "Create an agent with that short name (or clone it from the catalogue) and restart the step.",
  },
  REPOSITORY_UNREACHABLE: {
    meaning: "The repository could not be read.",
    remedy: "Check the address and the access rights, then restart the run.",
  },
  REPOSITORY_REFUSED: {
    meaning: "The repository is outside what the operator allows.",
    remedy: "Use an https address, or ask the operator to allow the folder.",
  },
  WORKSPACE_FAILED: {
    meaning: "The working copy could not be prepared.",
    remedy: "See the message; restart the run once the cause is mended.",
  },
  WORKLOAD_FAILED: {
    meaning: "The agent's process could not be started or ended unexpectedly.",
    remedy: "Restart the step; if it happens again, look at the engine's log with the run id.",
  },
  MODEL_NOT_CONFIGURED: {
    meaning: "No usable model provider is configured for this model.",
    remedy: "Add a key under Settings → Providers, or choose another model.",
  },
  MODEL_REFUSED: {
    meaning: "The model provider refused the request.",
    remedy: "Check the provider's key and the model's name under Settings → Providers.",
  },
  MODEL_UNAVAILABLE: {
    meaning: "The model provider did not answer after several tries.",
    remedy: "Wait for the provider to recover, or choose another model, then restart the step.",
  },
  MODEL_RATE_LIMITED: {
    meaning: "The model provider keeps asking to slow down.",
    remedy: "Wait, or raise the limit at the provider, then restart the step.",
  },
  OUTPUT_MISSING: {
    meaning: "The agent finished without an output that the step declares.",
    remedy: "Make the step's instruction name the output, or drop it from the declaration.",
  },
  OUTPUT_INVALID: {
    meaning: "The model did not produce JSON that fits the step's schema.",
    remedy: "Make the schema simpler or the instruction clearer, or use a stronger model, then restart the step.",
  },
  AGENT_FAILED: {
    meaning: "The agent reported that it could not do the step.",
    remedy: "Read its reason; change the task or the instruction and restart the step.",
  },
  NO_ROUTE: {
    meaning: "The step ended with a result that no route accepts.",
    remedy: "Add the result to onResult, or make the agent answer one of the listed values.",
  },
  TURN_LIMIT: { meaning: "The agent used all turns it is allowed.", remedy: "Raise maxTurns or split the step." },
  STEP_TIMEOUT: {
    meaning: "The step took longer than its timeout.",
    remedy: "Raise timeoutSeconds or split the step.",
  },
  DISK_LIMIT: {
    meaning: "The agent's files took more space than a run may have.",
    remedy: "Make the step write less or clean up after itself, or ask the operator for more (WORKLOAD_DISK_MB).",
  },
  BUDGET_EXCEEDED: { meaning: "A spending limit was reached.", remedy: "Raise the budget, then restart the step." },
  LOOP_DETECTED: {
    meaning: "The agent repeated itself without progress.",
    remedy: "Make the instruction clearer, or use a stronger model.",
  },
  APPROVAL_REJECTED: {
    meaning: "A person decided against going on.",
    remedy: "Read the comment, change what it asks for, and restart the run from the step before.",
  },
  APPROVAL_TIMEOUT: {
    meaning: "Nobody decided in time.",
    remedy: "Restart the approval step and decide, or give it a longer timeoutSeconds.",
  },
  BRANCH_FAILED: {
    meaning: "Too few branches of a parallel step completed.",
    remedy: "Open the branch that failed, mend its cause, then restart the parallel step.",
  },
  MERGE_CONFLICT: {
    meaning: "Branches changed the same lines, so their work could not be put together.",
    remedy: "Make the branches change different files, or merge them by hand and restart from the step after.",
  },
  EXECUTION_LIMIT: {
    meaning: "The run executed more steps than it may.",
    remedy: "Check the pipeline's ways back for an endless circle.",
  },
  CANCELLED: { meaning: "Somebody cancelled the run.", remedy: "Restart it when you are ready." },
  ENGINE_ERROR: {
    meaning: "Something unexpected happened in the engine.",
    remedy: "Restart the step; report it with the request id if it happens again.",
  },
} as const;
/** Reason of a run that was cancelled, when nobody knows by whom. */
export const cancelReason = failures.CANCELLED.meaning;
/** The same by somebody who is known. */
export function cancelledBy(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} cancelled the run.`;
}
export type FailureCode = keyof typeof failures;
export const FailureCode = z.enum(Object.keys(failures) as [FailureCode, ...FailureCode[]]);

/** A failure as stored and shown: code, what happened in this case, meaning and remedy of the code. */
export const Failure = z.object({ code: FailureCode, message: z.string(), meaning: z.string(), remedy: z.string() });
export type Failure = z.infer<typeof Failure>;

/** What providers say of a request that is longer than the model's window; no wire has a code for it. */
export const tooLongWords =
  /context[_ ](length|window|size)|maximum context|prompt is too long|too many (input )?tokens|input token count|reduce the length|input is too long/i;

/** Cases that a code does not tell apart and that are mended in another way. */
const cases: readonly { code: FailureCode; says: RegExp; meaning: string; remedy: string }[] = [
  {
    code: "NO_ROUTE",
    says: /has no onComplete/,
    meaning: "The step ended, and the pipeline does not say what follows it.",
    remedy: "Give the step an onComplete, or make it the last one of the pipeline.",
  },
  {
    code: "MODEL_REFUSED",
    says: tooLongWords,
    meaning: "The request was longer than the model can read.",
    remedy: "Shorten the task or the step's input, or choose a model with a larger context.",
  },
];

/** The failure of a code, with what happened in this case; meaning and remedy come from the tables. */
export function failure(code: FailureCode, message: string): Failure {
  const { meaning, remedy } = cases.find((one) => one.code === code && one.says.test(message)) ?? failures[code];
  return { code, message, meaning, remedy };
}
