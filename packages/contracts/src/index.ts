/** The shared schema package: every operation, message and fault of the platform, browser-safe, zod only. */
import "./messages.ts";
import { agents } from "./agent.ts";
import { approvals } from "./approval.ts";
import { apiKeys, auth } from "./auth.ts";
import { budgets } from "./budget.ts";
import { delegations } from "./delegation.ts";
import { llmCalls } from "./llm-call.ts";
import { network } from "./network.ts";
import { pipelines } from "./pipeline.ts";
import { prices } from "./price.ts";
import { runDownloads, runs, steps } from "./run.ts";
import { settings } from "./settings.ts";
import { events } from "./stream.ts";
import { system } from "./system.ts";
import { tenants } from "./tenant.ts";
import { workspaceDownloads, workspaces } from "./workspace.ts";

export * from "./agent.ts";
export * from "./approval.ts";
export * from "./auth.ts";
export * from "./budget.ts";
export * from "./builtin-tools.ts";
export * from "./contract.ts";
export * from "./delegation.ts";
export * from "./egress.ts";
export * from "./event.ts";
export * from "./failure.ts";
export * from "./fault.ts";
export * from "./id.ts";
export * from "./knowledge.ts";
export * from "./llm-call.ts";
export * from "./network.ts";
export * from "./page.ts";
export * from "./patch.ts";
export * from "./pipeline.ts";
export * from "./pipeline-document.ts";
export * from "./pipeline-schema.ts";
export * from "./price.ts";
export * from "./run.ts";
export * from "./run-kind.ts";
export * from "./run-shape.ts";
export * from "./runtime.ts";
export * from "./scope.ts";
export * from "./services.ts";
export * from "./settings.ts";
export * from "./status.ts";
export * from "./stream.ts";
export * from "./system.ts";
export * from "./tenant.ts";
export * from "./workspace.ts";

/** Every call of the platform: noun → verb → contract. Routers, REST, OpenAPI, client and isolation test derive from it. */
export const contracts = {
  auth,
  apiKeys,
  tenants,
  agents,
  pipelines,
  runs,
  steps,
  approvals,
  delegations,
  settings,
  network,
  llmCalls,
  budgets,
  prices,
  system,
  workspaces,
} as const;
export type Contracts = typeof contracts;
/** Every file that is made while it is sent. */
export const downloads = { runs: runDownloads, workspaces: workspaceDownloads } as const;
export type Downloads = typeof downloads;
/** Every server-sent event stream. */
export const streams = { events } as const;
