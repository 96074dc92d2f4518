/** Verbs of the noun `workspaces`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { mergeRun } from "./merge.ts";
import { listFiles, readConflict, readDiff, readFile, readFileHistory, readHistory, showFile } from "./read.ts";
import { readStatus } from "./status.ts";

export const workspaceVerbs: VerbsOf<Contracts["workspaces"]> = {
  list: listFiles,
  file: readFile,
  history: readHistory,
  status: readStatus,
  diff: readDiff,
  show: showFile,
  fileHistory: readFileHistory,
  conflicts: readConflict,
  merge: mergeRun,
};
