/** Verbs of the noun `runs`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { cancelRun, deleteManyRuns, deleteRun, updateRun } from "./change.ts";
import { injectIntoRun, pauseRun, resumeRun } from "./control.ts";
import { createRun } from "./create.ts";
import { forkRun } from "./fork.ts";
import { runLogs } from "./logs.ts";
import { runsOverview } from "./overview.ts";
import { getRun, listRuns } from "./read.ts";
import { restartRun } from "./restart.ts";
import { runUsage } from "./usage.ts";

export const runVerbs: VerbsOf<Contracts["runs"]> = {
  list: listRuns,
  create: createRun,
  overview: runsOverview,
  get: getRun,
  update: updateRun,
  delete: deleteRun,
  deleteMany: deleteManyRuns,
  cancel: cancelRun,
  pause: pauseRun,
  resume: resumeRun,
  inject: injectIntoRun,
  fork: forkRun,
  restart: restartRun,
  usage: runUsage,
  logs: runLogs,
};
