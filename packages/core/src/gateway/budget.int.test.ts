/** Budgets at the gateway, against a real HTTP server: exactly what is affordable goes through, and what was held is settled. */
import type { ServerResponse } from "node:http";
import { withTenant } from "@djinnbot/db";
import { tenantKeys } from "@djinnbot/events";
import { newTenant, type TestTenant } from "@djinnbot/testing";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { stepBudgetStatement } from "../budget/for-run.ts";
import { releaseReservation, reserve } from "../budget/reserve.ts";
import { servicesFor } from "../call.ts";
import { seedPrices } from "./prices.ts";
import { ask, openStage, type Stage } from "./testing/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await seedPrices(stage.deps.system);
});
afterAll(() => stage.close());

const answer = (input: number, output: number) =>
  JSON.stringify({
    choices: [{ message: { content: "x" }, finish_reason: "stop" }],
    usage: { prompt_tokens: input, completion_tokens: output },
  });
const budgetsOf = async (tenant: TestTenant) => (await tenant.services.budgets.list({})).items;
const held = (tenant: TestTenant) => withTenant(stage.deps.db, tenant.tenantId, (tx) => tx.budgetReservation.count());

/** A provider that answers only once `release` is called, and counts who is there. */
function slowProvider(usage: { input: number; output: number }) {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const seen = { arrived: 0 };
  const handler = async (_: unknown, __: unknown, response: ServerResponse) => {
    seen.arrived += 1;
    await gate;
    response.writeHead(200, { "content-type": "application/json" }).end(answer(usage.input, usage.output));
  };
  return { handler, seen, release: () => release() };
}
const body = { model: "gpt-5", max_tokens: 1000, messages: [{ role: "user", content: "hello" }] };

it("lets exactly twenty of fifty calls at once through a budget for twenty, in dollars", async () => {
  const slow = slowProvider({ input: 40, output: 1000 });
  const { tenant, run, providerId } = await stage.scene(slow.handler, "openai");
  const other = await newTenant(stage.deps);
  await other.services.budgets.put({ scope: "tenant", costMicros: 1 });
  // What one call may cost at most, by a call that is held and given back.
  const one = await costOfOne(tenant);
  const { id } = await tenant.services.budgets.put({ scope: "tenant", period: "month", costMicros: one * 20 });
  const answers = Promise.all(Array.from({ length: 50 }, () => ask({ caller: run.caller, providerId, body })));
  await vi.waitFor(async () => expect(slow.seen.arrived).toBe(20), { timeout: 20_000 });
  expect(await tenant.services.budgets.get({ budgetId: id })).toMatchObject({
    usage: { costMicros: 0, reservedCostMicros: one * 20 },
  });
  slow.release();
  const done = await answers;
  const texts = await Promise.all(done.map((response) => response.text()));
  expect(done.filter(({ status }) => status === 200)).toHaveLength(20);
  expect(done.filter(({ status }) => status === 429)).toHaveLength(30);
  expect(slow.seen.arrived).toBe(20);
  const refused = JSON.parse(texts.find((text) => text.includes("BUDGET_EXCEEDED")) ?? "{}");
  expect(refused).toMatchObject({ code: "LIMIT", failure: "BUDGET_EXCEEDED" });
  expect(refused.detail).toMatch(
    /^The monthly budget of the team does not allow this model call: \$0\.0000 of \$0\.\d+ are spent, and calls under way hold \$.* Raise it under Settings → Budgets, or wait until \d{4}-\d\d-01 00:00 UTC\.$/,
  );
  expect(done.find(({ status }) => status === 429)?.headers.get("x-should-retry")).toBe("false");
  // 40 tokens at $1.25 and 1000 at $10 a million.
  const spent = 20 * (50 + 10_000);
  expect(await tenant.services.budgets.get({ budgetId: id })).toMatchObject({
    usage: { costMicros: spent, tokens: 20 * 1040, reservedCostMicros: 0, reservedTokens: 0 },
  });
  expect(await held(tenant)).toBe(0);
  await tenant.services.budgets.put({ scope: "tenant", period: "month", costMicros: spent + one });
  expect((await ask({ caller: run.caller, providerId, body }).then(consume)).status).toBe(200);
  expect((await ask({ caller: run.caller, providerId, body }).then(consume)).status).toBe(429);
  expect(await budgetsOf(other)).toMatchObject([{ usage: { costMicros: 0, tokens: 0, reservedCostMicros: 0 } }]);
});

it("holds tokens of a model without a price, and counts calls of before the budget", async () => {
  const slow = slowProvider({ input: 100, output: 900 });
  const { tenant, run, providerId } = await stage.scene(slow.handler);
  slow.release();
  await ask({ caller: run.caller, providerId, body }).then(consume);
  await tenant.services.budgets.put({ scope: "tenant", period: "day", tokens: 3500 });
  expect(await budgetsOf(tenant)).toMatchObject([
    { period: "day", usage: { tokens: 1000, percent: 28.6, state: "ok" } },
  ]);
  const statuses: number[] = [];
  for (let call = 0; call < 4; call += 1) {
    statuses.push((await ask({ caller: run.caller, providerId, body }).then(consume)).status);
  }
  expect(statuses).toEqual([200, 200, 429, 429]);
  expect(await budgetsOf(tenant)).toMatchObject([{ usage: { tokens: 3000, state: "warning" } }]);
});

it("asks every scope, tells one warning, and only warns where the limit is soft", async () => {
  const slow = slowProvider({ input: 100, output: 900 });
  const { tenant, run, providerId } = await stage.scene(slow.handler);
  slow.release();
  await tenant.services.budgets.put({ scope: "tenant", tokens: 1200, hard: false });
  await tenant.services.budgets.put({ scope: "run", runId: run.runId, tokens: 5000, warnPercent: 30 });
  await withTenant(stage.deps.db, tenant.tenantId, async (tx) => {
    const { text, values } = stepBudgetStatement({
      runId: run.runId,
      stepId: "build",
      costMicros: null,
      tokens: 3000,
      now: 1,
    });
    await tx.$executeRawUnsafe(text, ...values);
  });
  for (let call = 0; call < 2; call += 1) {
    expect((await ask({ caller: run.caller, providerId, body }).then(consume)).status).toBe(200);
  }
  const refused = await ask({ caller: run.caller, providerId, body });
  expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("The budget of the step build") });
  const events = async (key: string) =>
    (await stage.deps.redis.xrange(key, "-", "+"))
      .map(([, fields]) => JSON.parse(fields[1] ?? "{}") as Record<string, unknown>)
      .filter(({ type }) => String(type).startsWith("BUDGET_"))
      .map(({ type, scope }) => `${type} ${scope}`)
      .sort();
  const told = ["BUDGET_EXCEEDED step", "BUDGET_WARNING run", "BUDGET_WARNING tenant"];
  expect(await events(tenantKeys.runEvents(tenant.tenantId, run.runId))).toEqual(told);
  expect((await events(tenantKeys.events(tenant.tenantId))).filter((type) => told.includes(type))).toEqual(told);
  const { items } = await tenant.services.budgets.list({ runId: run.runId });
  expect(items.map(({ scope, usage }) => [scope, usage.tokens])).toEqual([
    ["run", 2000],
    ["step", 2000],
  ]);
});

it("gives back what is held for a call that never gets an answer, and what a dead gateway held", async () => {
  const { tenant, run, providerId } = await stage.scene((_, __, response) => response.writeHead(400).end("{}"));
  await tenant.services.budgets.put({ scope: "tenant", tokens: 2000 });
  expect((await ask({ caller: run.caller, providerId, body }).then(consume)).status).toBe(400);
  expect(await held(tenant)).toBe(0);
  const estimate = { inputTokens: 10, outputTokens: 1000 };
  const options = { tenantId: tenant.tenantId, subjects: ["tenant"], model: "x/y", estimate };
  const now = Date.now();
  const dead = await reserve(stage.deps.db, { ...options, now });
  expect(dead).toEqual({ id: expect.stringMatching(/^rsv_/) });
  expect(await reserve(stage.deps.db, { ...options, now })).toMatchObject({ refusedBy: { heldTokens: 1010 } });
  expect(await reserve(stage.deps.db, { ...options, now: now + 121_000 })).toMatchObject({ id: expect.any(String) });
  expect(await held(tenant)).toBe(1);
});

it("moves a call's share to another model as if it held nothing yet", async () => {
  const tenant = await newTenant(stage.deps);
  await tenant.services.budgets.put({ scope: "tenant", tokens: 2000 });
  const options = { tenantId: tenant.tenantId, subjects: ["tenant"], now: Date.now() };
  const first = await reserve(stage.deps.db, {
    ...{ ...options, model: "x/y", estimate: { inputTokens: 500, outputTokens: 1000 } },
  });
  const { id } = first as { id: string };
  const estimate = { inputTokens: 800, outputTokens: 1000 };
  expect(await reserve(stage.deps.db, { ...options, id, model: "x/z", estimate })).toEqual({ id });
  expect(await budgetsOf(tenant)).toMatchObject([{ usage: { reservedTokens: 1800 } }]);
  // Another call's share does count, and what does not fit leaves the old one.
  const beyond = { inputTokens: 1001, outputTokens: 1000 };
  expect(await reserve(stage.deps.db, { ...options, model: "x/y", estimate })).toHaveProperty("refusedBy");
  expect(await reserve(stage.deps.db, { ...options, id, model: "x/z", estimate: beyond })).toHaveProperty("refusedBy");
  expect(await budgetsOf(tenant)).toMatchObject([{ usage: { reservedTokens: 1800 } }]);
});

it("counts what branches and executors spend for the runs that they are part of", async () => {
  const slow = slowProvider({ input: 100, output: 900 });
  const { tenant, run: root, providerId } = await stage.scene(slow.handler);
  slow.release();
  const branch = await stage.newRun(tenant, { parentRunId: root.runId, branch: "build" });
  const executor = await stage.newRun(tenant, { parentRunId: branch.runId });
  await tenant.services.budgets.put({ scope: "run", runId: root.runId, tokens: 2500 });
  const statuses: number[] = [];
  for (const { caller } of [executor, branch, executor, branch, root]) {
    statuses.push((await ask({ caller, providerId, body }).then(consume)).status);
  }
  expect(statuses).toEqual([200, 200, 429, 429, 429]);
  const { items } = await tenant.services.budgets.list({ runId: root.runId });
  expect(items).toMatchObject([{ scope: "run", usage: { tokens: 2000, reservedTokens: 0 } }]);
});

it("begins each day anew", async () => {
  const tenant = await newTenant(stage.deps);
  await tenant.services.budgets.put({ scope: "tenant", period: "day", tokens: 100 });
  await withTenant(stage.deps.db, tenant.tenantId, (tx) => tx.budget.updateMany({ data: { usedTokens: 100 } }));
  const options = { tenantId: tenant.tenantId, subjects: ["tenant"], model: "x/y" };
  const estimate = { inputTokens: 50, outputTokens: 50 };
  expect(await reserve(stage.deps.db, { ...options, estimate, now: Date.now() })).toHaveProperty("refusedBy");
  const tomorrow = Date.now() + 24 * 3600_000;
  expect(await reserve(stage.deps.db, { ...options, estimate, now: tomorrow })).toHaveProperty("id");
});

it("gives runs the team's default, and members no more than that", async () => {
  const tenant = await newTenant(stage.deps);
  const yamlContent =
    "id: pp\nname: P\nversion: 1.0.0\nagents:\n  - id: w\nsteps:\n  - id: ONE\n    agent: w\n    input: hello\n";
  const { id: pipelineId } = await tenant.services.pipelines.create({ yamlContent });
  await tenant.services.settings.update({ defaultRunBudgetMicros: 500_000 });
  const start = (budget?: { costMicros?: number; tokens?: number }) =>
    tenant.services.runs.create({ pipelineId, task: "t", ...(budget ? { budget } : {}) });
  const limits = async (run: { id: string }) =>
    (await tenant.services.budgets.list({ runId: run.id })).items.map(({ costMicros, tokens }) => [costMicros, tokens]);
  expect(await limits(await start())).toEqual([[500_000, null]]);
  expect(await limits(await start({ costMicros: 900_000, tokens: 7 }))).toEqual([[900_000, 7]]);
  const scopes = new Set([...tenant.caller.scopes].filter((scope) => scope !== "settings:write"));
  const member = servicesFor({ ...tenant.caller, scopes });
  await expect(member.runs.create({ pipelineId, task: "t", budget: { costMicros: 900_000 } })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await expect(member.budgets.put({ scope: "tenant", tokens: 1 })).rejects.toMatchObject({ code: "FORBIDDEN" });
});

async function consume(response: Response): Promise<Response> {
  await response.text();
  return response;
}

/** Micro-dollars that the test's call is held for. */
async function costOfOne(tenant: TestTenant): Promise<number> {
  const { id } = await tenant.services.budgets.put({ scope: "tenant", period: "day", costMicros: 1_000_000_000 });
  const reserved = await reserve(stage.deps.db, {
    tenantId: tenant.tenantId,
    subjects: ["tenant"],
    model: "openai/gpt-5",
    estimate: { inputTokens: JSON.stringify(body).length / 4, outputTokens: body.max_tokens },
    now: Date.now(),
  });
  const { usage } = await tenant.services.budgets.get({ budgetId: id });
  await releaseReservation(stage.deps.db, tenant.tenantId, (reserved as { id: string }).id);
  await tenant.services.budgets.delete({ budgetId: id });
  return usage.reservedCostMicros;
}
