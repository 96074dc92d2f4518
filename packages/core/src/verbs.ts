/** The total map noun → verb → function: a contract without its verb does not compile. */
import type { AnyContract, Contracts } from "@djinnbot/contracts";
import { agentVerbs } from "./agent/index.ts";
import { apiKeyVerbs } from "./api-key/index.ts";
import { approvalVerbs } from "./approval/index.ts";
import { authVerbs } from "./auth/index.ts";
import { budgetVerbs } from "./budget/index.ts";
import type { PublicVerb, Verb } from "./ctx.ts";
import { delegationVerbs } from "./delegation/index.ts";
import { llmCallVerbs } from "./llm-call/index.ts";
import { networkVerbs } from "./network/index.ts";
import { pipelineVerbs } from "./pipeline/index.ts";
import { priceVerbs } from "./price/index.ts";
import { runVerbs } from "./run/index.ts";
import { settingsVerbs } from "./settings/index.ts";
import { stepVerbs } from "./step/index.ts";
import { systemVerbs } from "./system/index.ts";
import { tenantVerbs } from "./tenant/index.ts";
import { workspaceVerbs } from "./workspace/index.ts";

export type VerbsOf<N> = { [K in keyof N]: N[K] extends AnyContract ? PublicVerb<N[K]> | Verb<N[K]> : never };
export type Verbs = { [Noun in keyof Contracts]: VerbsOf<Contracts[Noun]> };

export const verbs: Verbs = {
  auth: authVerbs,
  apiKeys: apiKeyVerbs,
  tenants: tenantVerbs,
  agents: agentVerbs,
  pipelines: pipelineVerbs,
  runs: runVerbs,
  steps: stepVerbs,
  approvals: approvalVerbs,
  delegations: delegationVerbs,
  settings: settingsVerbs,
  network: networkVerbs,
  llmCalls: llmCallVerbs,
  budgets: budgetVerbs,
  prices: priceVerbs,
  system: systemVerbs,
  workspaces: workspaceVerbs,
};
