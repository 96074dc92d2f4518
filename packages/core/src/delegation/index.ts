/** Verbs of the noun `delegations`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { cancelDelegation } from "./cancel.ts";
import { spawnExecutor, startSwarm, tryApproaches } from "./create.ts";
import { getDelegation, listDelegations } from "./read.ts";

export const delegationVerbs: VerbsOf<Contracts["delegations"]> = {
  spawn: spawnExecutor,
  swarm: startSwarm,
  tryApproaches,
  list: listDelegations,
  get: getDelegation,
  cancel: cancelDelegation,
};
