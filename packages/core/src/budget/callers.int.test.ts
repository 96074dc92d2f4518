/** An agent's budget holds for what it lets other agents do in its place. */
import { withTenant } from "@djinnbot/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callersOf } from "../delegation/callers.ts";
import { ask, openStage, type Stage } from "../gateway/testing/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const answer = JSON.stringify({
  choices: [{ message: { content: "x" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 100, completion_tokens: 900 },
});
const body = { model: "m", max_tokens: 900, messages: [{ role: "user", content: "hello" }] };

/** Runs by their place: an executor of the first, a branch of the first, and an executor of that branch. */
async function family() {
  const { tenant, run, providerId } = await stage.scene((_, __, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end(answer),
  );
  const { id: agentId } = await tenant.services.agents.create({ name: "Coder", slug: "coder" });
  const child = async (parent: { runId: string }, branch: string | null) => {
    const made = await stage.newRun(tenant);
    const data = { parentRunId: parent.runId, parentStep: `${parent.runId}:1`, branch };
    await withTenant(stage.deps.db, tenant.tenantId, (tx) => tx.run.update({ where: { id: made.runId }, data }));
    return made;
  };
  const branch = await child(run, "left");
  const made = { run, executor: await child(run, null), branch, below: await child(branch, null) };
  const call = async ({ caller }: { caller: typeof run.caller }) => {
    const response = await ask({ caller, providerId, body });
    await response.text();
    return response.status;
  };
  return { tenant, agentId, call, ...made };
}

it("counts and refuses an executor's calls by the budget of the agent that called it", async () => {
  const { tenant, agentId, call, executor, branch, below } = await family();
  const { id: budgetId } = await tenant.services.budgets.put({ scope: "agent", agentId, tokens: 2500 });
  const used = async () => (await tenant.services.budgets.get({ budgetId })).usage.tokens;
  expect(await call(executor)).toBe(200);
  expect(await used()).toBe(1000);
  // A branch is the pipeline's work, not the agent's.
  expect(await call(branch)).toBe(200);
  expect(await used()).toBe(1000);
  expect(await call(below)).toBe(200);
  expect(await used()).toBe(2000);
  expect([await call(executor), await call(below), await call(branch)]).toEqual([429, 429, 200]);
});

it("knows the callers up the tree", async () => {
  const { tenant, ...runs } = await family();
  const of = ({ runId }: { runId: string }) => withTenant(stage.deps.db, tenant.tenantId, (tx) => callersOf(tx, runId));
  expect(await of(runs.run)).toEqual([]);
  expect(await of(runs.executor)).toEqual(["coder"]);
  expect(await of(runs.branch)).toEqual([]);
  expect(await of(runs.below)).toEqual(["coder"]);
});
