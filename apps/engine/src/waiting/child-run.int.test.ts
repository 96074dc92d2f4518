/** What a run that another one waits for has of it, and what it has not. */
import type { TestTenant } from "@djinnbot/testing";
import { expect, test } from "vitest";
import { testBed } from "../test/bed.ts";
import { ask, plan, waiting } from "../test/delegating.ts";
import type { AgentStep, Script } from "../test/peer.ts";
import { done } from "../test/samples.ts";

const bed = await testBed();
const delegates = ["read", "spawn_executor", "swarm_execute", "try_approaches"];

/** Runs of a pipeline that delegates, or splits, in its first step PLAN; answers the commands by step. */
async function play(options: { yaml: string; tenant: TestTenant; planned?: () => Promise<unknown> }) {
  const { yaml, tenant } = options;
  const commands = new Map<string, AgentStep>();
  const script: Script = async (command, peer) => {
    commands.set(command.stepId, command);
    if (command.stepId === "PLAN" && !command.answers) {
      await options.planned?.();
      if (yaml === plan) {
        await ask(tenant, peer, "spawn", { executionPrompt: "Build it." });
        return waiting;
      }
    }
    return done(command);
  };
  const engine = bed.engine(bed.host(script), { lookupTtlMs: 0 });
  const run = await bed.ended(tenant, await bed.start(tenant, yaml));
  expect(run).toMatchObject({ status: "completed", failure: null });
  await engine.drain();
  return commands;
}
const split = `id: PIPELINE
name: Splits
version: "1"
agents: [{ id: finn }]
steps:
  - { id: PLAN, agent: finn, onComplete: SPLIT }
  - { id: SPLIT, parallel: { branches: [BRANCH, OTHER] }, onComplete: END }
  - { id: BRANCH, agent: finn }
  - { id: OTHER, agent: finn }
  - { id: END, agent: finn }
`;

test.each([
  ["an executor", plan, "EXECUTE"],
  ["a branch", split, "BRANCH"],
])("%s sees an agent as its run has come to know it, and only a new run sees the change", async (_, yaml, stepId) => {
  const tenant = await bed.tenant();
  const changed = "I was changed.";
  const edit = { agentId: "finn", filename: "SOUL.md", content: changed } as const;
  const first = await play({ yaml, tenant, planned: () => tenant.services.agents.putFile(edit as never) });
  expect(first.get(stepId)?.systemPrompt).not.toContain(changed);
  const next = await play({ yaml, tenant });
  expect(next.get(stepId)?.systemPrompt).toContain(changed);
});

test("an agent whose tools delegate has them in a run and its branches, and not as an executor", async () => {
  const tenant = await bed.tenant();
  await tenant.services.agents.putConfig({ agentId: "finn", tools: delegates } as never);
  const branches = await play({ yaml: split, tenant });
  expect(["PLAN", "BRANCH"].map((stepId) => branches.get(stepId)?.tools)).toEqual([delegates, delegates]);
  const run = await play({ yaml: plan, tenant });
  expect(run.get("EXECUTE")?.tools).toEqual(["read"]);
  // With no other tools it can still end, and is not given all of them.
  await tenant.services.agents.putConfig({ agentId: "finn", tools: delegates.slice(1) } as never);
  expect((await play({ yaml: plan, tenant })).get("EXECUTE")?.tools).toEqual(["complete", "fail"]);
});
