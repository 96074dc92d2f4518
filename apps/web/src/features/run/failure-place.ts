/** Where the cause of a failed run is mended. */
import type { FailureCode, RunDetail } from "@djinnbot/contracts";

export interface Place {
  href: string;
  label: string;
}
type PlaceOf = (run: Pick<RunDetail, "id" | "pipelineId" | "parentRunId">) => Place | null;

const providers: PlaceOf = () => ({ href: "/settings/providers", label: "Open providers" });
const agents: PlaceOf = () => ({ href: "/agents", label: "Open agents" });
const budgets: PlaceOf = () => ({ href: "/settings/budgets", label: "Open budgets" });
const systemState: PlaceOf = () => ({ href: "/", label: "See the state of the system" });
const timeline: PlaceOf = ({ id }) => ({ href: `/runs/${id}?tab=timeline`, label: "See what took the time" });
const files: PlaceOf = ({ id }) => ({ href: `/runs/${id}?tab=files`, label: "Open its files" });
/** A branch or an executor has its instruction from the run that it is a part of. */
const pipeline: PlaceOf = ({ pipelineId, parentRunId }) =>
  parentRunId === null
    ? { href: `/pipelines/${encodeURIComponent(pipelineId)}`, label: "Open the pipeline" }
    : { href: `/runs/${parentRunId}`, label: "Open the run it is part of" };
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
  MODEL_REFUSED: providers,
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

export function placeOf(code: FailureCode, run: Parameters<PlaceOf>[0]): Place | null {
  return places[code](run);
}
