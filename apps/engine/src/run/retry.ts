/** Which failures are worth another attempt. */
import type { FailureCode } from "@djinnbot/contracts";

/** Total over the codes: a new code does not compile until it is decided. */
const worthRetrying: Record<FailureCode, boolean> = {
  PIPELINE_INVALID: false,
  PIPELINE_UNSUPPORTED: false,
  AGENT_MISSING: false,
  REPOSITORY_UNREACHABLE: false,
  REPOSITORY_REFUSED: false,
  WORKSPACE_FAILED: false,
  WORKLOAD_FAILED: true,
  MODEL_NOT_CONFIGURED: false,
  MODEL_REFUSED: false,
  MODEL_UNAVAILABLE: true,
  MODEL_RATE_LIMITED: true,
  OUTPUT_MISSING: true,
  OUTPUT_INVALID: true,
  AGENT_FAILED: true,
  NO_ROUTE: false,
  TURN_LIMIT: true,
  STEP_TIMEOUT: true,
  DISK_LIMIT: false,
  BUDGET_EXCEEDED: false,
  LOOP_DETECTED: true,
  APPROVAL_REJECTED: false,
  APPROVAL_TIMEOUT: false,
  BRANCH_FAILED: false,
  MERGE_CONFLICT: false,
  EXECUTION_LIMIT: false,
  CANCELLED: false,
  ENGINE_ERROR: false,
};

export function mayRetry(code: FailureCode): boolean {
  return worthRetrying[code];
}

/** What the next attempt is told (reference 1.2). */
export function retryFeedback(options: { retry: number; maxRetries: number; message: string }): string {
  return `[RETRY ${options.retry}/${options.maxRetries}] Previous attempt failed: ${options.message}`;
}
