/** Pipeline and words of the tests in which an agent delegates. */
import { type Delegation, runKeyScopes } from "@djinnbot/contracts";
import { call } from "@djinnbot/core";
import type { TestTenant } from "@djinnbot/testing";
import type { AgentStep, Peer } from "./peer.ts";

export const plan = `id: PIPELINE
name: Delegates
version: "1"
agents: [{ id: finn }, { id: yuki }]
defaults: { tools: [read, spawn_executor, swarm_execute, try_approaches] }
steps:
  - { id: PLAN, agent: finn, outputs: [summary], maxRetries: 0, onComplete: AFTER }
  - { id: AFTER, agent: yuki, input: "After {{summary}}", outputs: [result] }
`;
export type Verb = "spawn" | "swarm" | "tryApproaches";

/** Asks as the workload of the peer does. */
export async function ask<T = Record<string, string>>(
  tenant: TestTenant,
  peer: Peer,
  verb: Verb,
  input: object,
): Promise<T> {
  const { runId, sessionId, agentId } = peer.spec;
  const actor = { kind: "run", keyId: `ak_${sessionId.slice(4)}`, runId, sessionId, agentId } as const;
  const caller = { ...tenant.caller, actor, scopes: new Set(runKeyScopes) };
  return (await call(caller as never, "delegations", verb, input)) as T;
}

export const task = (key: string, ...dependencies: string[]) => ({
  ...{ key, title: `The ${key}`, executionPrompt: `Build ${key}.`, dependencies },
});
/** Key of the task that an executor got. */
export const keyOf = (command: AgentStep) => /Build (\w+)\./.exec(command.prompt)?.[1] ?? "";
export const waiting = { outcome: "waiting" } as const;

/** Newest first. */
export const delegationsOf = async (at: { tenant: TestTenant; runId: string }): Promise<Delegation[]> =>
  (await at.tenant.services.delegations.list({ runId: at.runId })).swarms;
