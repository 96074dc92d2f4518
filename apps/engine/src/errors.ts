/** What can go wrong while a run is worked on, told apart by what to do next. */
import type { FailureCode } from "@djinnbot/contracts";

/** Somebody else has the run, or it is gone: let go of it quietly. */
export class LostRun extends Error {
  constructor(runId: string) {
    super(`lost the lease of ${runId}`);
    this.name = "LostRun";
  }
}

/** Memory and Postgres disagree about a step: read everything again. */
export class StaleState extends Error {
  constructor(what: string) {
    super(`${what} is not in the expected state`);
    this.name = "StaleState";
  }
}

/** A reason that belongs onto a step or run. */
export class StepFault extends Error {
  readonly code: FailureCode;
  constructor(code: FailureCode, message: string) {
    super(message);
    this.name = "StepFault";
    this.code = code;
  }
}

const transientCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "40001",
  "40P01",
  "P1001",
  "P1002",
  "P1008",
  "P1017",
  "P2024",
  "P2034",
]);
const transientText =
  /connection (is closed|terminated|ended)|max retries|timed? ?out|timeout|LOADING|READONLY|starting up|shutting down|not queryable|closed the connection|enableOfflineQueue/i;

/** True for faults of servers and lines that pass: a restart of Postgres or Redis, a broken connection. */
export function isTransient(error: unknown): boolean {
  const { code, name, message, cause } = error as {
    code?: unknown;
    name?: unknown;
    message?: unknown;
    cause?: unknown;
  };
  return (
    (typeof code === "string" && (transientCodes.has(code) || code.startsWith("08"))) ||
    name === "MaxRetriesPerRequestError" ||
    (typeof message === "string" && transientText.test(message)) ||
    (cause !== undefined && cause !== null && isTransient(cause))
  );
}
