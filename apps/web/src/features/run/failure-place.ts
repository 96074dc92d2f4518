/** Where the cause of a failed run is mended. */
import { type Failure, type FailureCode, type RunDetail, tooLongWords } from "@djinnbot/contracts";
import { ownBudgetOf } from "../budget/own-budget.ts";

export interface Place {
  href: string;
  label: string;
  /** Only who may change settings can do something there. */
  isForAdmins?: boolean;
}
type Where = Pick<RunDetail, "id" | "pipelineId" | "parentRunId"> & { message: string };
type PlaceOf = (where: Where) => Place | null;

const providers: PlaceOf = () => ({ href: "/settings/providers", label: "Open providers" });
const agents: PlaceOf = () => ({ href: "/agents", label: "Open agents" });
/** A run's own budget is raised on its page; a branch spends what the run has that it is part of. */
const budgets: PlaceOf = ({ id, parentRunId, message }) => {
  const own = ownBudgetOf(message);
  if (own === null) {
    return { href: "/settings/budgets", label: "Open budgets" };
  }
  const whose = own === "run" ? "this run's budget" : `the budget of ${own}`;
  return { href: `/runs/${parentRunId ?? id}?budget=${own}`, label: `Raise ${whose}`, isForAdmins: true };
};
const systemState: PlaceOf = () => ({ href: "/", label: "See the state of the system" });
const timeline: PlaceOf = ({ id }) => ({ href: `/runs/${id}?tab=timeline`, label: "See what took the time" });
const files: PlaceOf = ({ id }) => ({ href: `/runs/${id}?tab=files`, label: "Open its files" });
/** A branch or an executor has its instruction from the run that it is a part of. */
const pipeline: PlaceOf = ({ pipelineId, parentRunId }) =>
  parentRunId === null
    ? { href: `/pipelines/${encodeURIComponent(pipelineId)}`, label: "Open the pipeline" }
    : { href: `/runs/${parentRunId}`, label: "Open the run it is part of" };
const refused: PlaceOf = (where) => (tooLongWords.test(where.message) ? pipeline : providers)(where);
const nowhere: PlaceOf = () => null;

/** A new code does not compile without its place. */
const places: Record<FailureCode, PlaceOf> = {
  PIPELINE_INVALID: pipeline,
  PIPELINE_UNSUPPORTED: pipeline,
  AGENT_MISSING: agents,
  REPOSITORY_UNREACHABLE: nowhere,
  REPOSITORY_REFUSED: nowhere,
  WORKSPACE_FAILED: files,
  WORKLOAD_FAILED: systemState,
  MODEL_NOT_CONFIGURED: providers,
  MODEL_REFUSED: refused,
  MODEL_UNAVAILABLE: providers,
  MODEL_RATE_LIMITED: providers,
  OUTPUT_MISSING: pipeline,
  OUTPUT_INVALID: pipeline,
  AGENT_FAILED: pipeline,
  NO_ROUTE: pipeline,
  TURN_LIMIT: pipeline,
  STEP_TIMEOUT: timeline,
  DISK_LIMIT: files,
  BUDGET_EXCEEDED: budgets,
  LOOP_DETECTED: pipeline,
  APPROVAL_REJECTED: nowhere,
  APPROVAL_TIMEOUT: pipeline,
  BRANCH_FAILED: timeline,
  MERGE_CONFLICT: files,
  EXECUTION_LIMIT: pipeline,
  CANCELLED: nowhere,
  ENGINE_ERROR: systemState,
};

export function placeOf(
  { code, message }: Pick<Failure, "code" | "message">,
  run: Omit<Where, "message">,
): Place | null {
  return places[code]({ ...run, message });
}
