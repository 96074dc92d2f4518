/** Verbs of the noun `approvals`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { decideApproval } from "./decide.ts";
import { countApprovals, getApproval, listApprovals } from "./read.ts";

export const approvalVerbs: VerbsOf<Contracts["approvals"]> = {
  list: listApprovals,
  count: countApprovals,
  get: getApproval,
  decide: decideApproval,
};
