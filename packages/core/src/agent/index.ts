/** Verbs of the noun `agents`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { cloneAgent } from "./clone.ts";
import { createAgent } from "./create.ts";
import { deleteAgent } from "./delete.ts";
import { getAgent, getAgentConfig } from "./get.ts";
import { listAgents } from "./list.ts";
import { agentStatuses } from "./status.ts";
import { listAgentTemplates } from "./templates.ts";
import { putAgentConfig, putAgentFile, updateAgent } from "./update.ts";

export const agentVerbs: VerbsOf<Contracts["agents"]> = {
  list: listAgents,
  create: createAgent,
  get: getAgent,
  update: updateAgent,
  delete: deleteAgent,
  clone: cloneAgent,
  templates: listAgentTemplates,
  status: agentStatuses,
  getConfig: getAgentConfig,
  putConfig: putAgentConfig,
  putFile: putAgentFile,
};
