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

/** What was under way was broken off, because the run is to be cancelled or this engine lets go of it: Postgres says which. */
export class StoppedRun extends Error {
  constructor(runId: string) {
    super(`work on ${runId} was stopped`);
    this.name = "StoppedRun";
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
