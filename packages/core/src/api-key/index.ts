/** Verbs of the noun `apiKeys`, and the keys of workloads. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { createApiKey } from "./create.ts";
import { listApiKeys } from "./list.ts";
import { revokeApiKey } from "./revoke.ts";

export const apiKeyVerbs: VerbsOf<Contracts["apiKeys"]> = {
  list: listApiKeys,
  create: createApiKey,
  revoke: revokeApiKey,
};
