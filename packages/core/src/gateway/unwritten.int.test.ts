/** A call is paid for whatever the provider says in its answer, and when its row cannot be written. */
import type { TestTenant } from "@djinnbot/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { seedPrices } from "./prices.ts";
import { type ModelCall, recordModelCall, settleModelCall } from "./record.ts";
import { ask, events, logsOf, openStage, type Stage } from "./testing/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await seedPrices(stage.deps.system);
});
afterAll(() => stage.close());

const body = { model: "m", stream: true, max_tokens: 1000, messages: [] };
const usage = { prompt_tokens: 100_000, completion_tokens: 100_000 };
const good = events({ choices: [{ delta: { content: "x" }, finish_reason: "stop" }], usage });

/** A budget that 200,000 tokens leave room in, and 400,000 do not. */
async function scene(answer: string) {
  const scene = await stage.scene((_, __, response) =>
    response.writeHead(200, { "content-type": "text/event-stream" }).end(answer),
  );
  const { tenant, providerId } = scene;
  await tenant.services.prices.put({ model: `${providerId}/m`, inputMicros: 1_000_000, outputMicros: 1_000_000 });
  await tenant.services.budgets.put({ scope: "tenant", period: "day", tokens: 300_000, costMicros: 10_000_000 });
  return scene;
}
const books = async (tenant: TestTenant) => {
  const { rows } = await stage.deps.system.pool.query(
    `SELECT (SELECT count(*)::int FROM budget_reservations WHERE tenant_id = $1) AS held,
            (SELECT sum(input_tokens + output_tokens)::int FROM runs WHERE tenant_id = $1) AS "ofRun",
            (SELECT sum(input_tokens + output_tokens)::int FROM steps WHERE tenant_id = $1) AS "ofStep"`,
    [tenant.tenantId],
  );
  return { ...rows[0], used: (await tenant.services.budgets.list({})).items[0]?.usage.tokens };
};
async function callFiveTimes(asked: Parameters<typeof ask>[0]): Promise<number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < 5; at += 1) {
    const response = await ask(asked);
    await response.text().catch(() => "");
    statuses.push(response.status);
  }
  return statuses;
}

it.each([
  [
    "NUL in an error",
    events(
      { choices: [{ delta: { content: "x" } }] },
      { choices: [], usage },
      { error: { message: "you \u0000said" } },
    ),
    { error: "you said" },
  ],
  [
    "NUL in the reason to stop",
    events({ choices: [{ delta: {}, finish_reason: "a\u0000b" }], usage }),
    { stopReason: "ab" },
  ],
  [
    "half a character in the reason to stop",
    events({ choices: [{ delta: {}, finish_reason: "a\ud800" }], usage }),
    { stopReason: "a\ufffd" },
  ],
])("%s", async (_, answer, row) => {
  const { tenant, run, providerId } = await scene(answer);
  const statuses = await callFiveTimes({ caller: run.caller, providerId, body });
  expect(statuses).toEqual([200, 200, 429, 429, 429]);
  expect(await logsOf(tenant)).toMatchObject([row, row]);
  expect(await books(tenant)).toEqual({ held: 0, used: 400_000, ofRun: 400_000, ofStep: 400_000 });
});

it("a row that cannot be written", async () => {
  const { tenant, run, providerId } = await scene(good);
  // Longer than the column.
  const caller = { ...run.caller, requestId: "r".repeat(5000) };
  const statuses = await callFiveTimes({ caller, providerId, body });
  expect(statuses).toEqual([200, 200, 429, 429, 429]);
  expect(await logsOf(tenant)).toEqual([]);
  expect(await books(tenant)).toEqual({ held: 0, used: 400_000, ofRun: 400_000, ofStep: 400_000 });
});

it("a row that was written before something else failed is not paid for twice", async () => {
  const { tenant, run, providerId } = await scene(good);
  const { tenantId } = tenant;
  const call: ModelCall = {
    ...{ tenantId, requestId: "req_x", runId: run.runId, sessionId: run.sessionId, agentId: "coder", userId: null },
    ...{ step: { stepId: "build", attempt: 2 }, provider: providerId, model: "m", keySource: null, keyMasked: null },
    ...{ usage: { input: 7, output: 3, cacheRead: 0, cacheWrite: 0 }, estimated: false, durationMs: 1 },
    ...{ toolCallCount: 0, hasThinking: false, stopReason: null, status: 200, error: null },
  };
  const id = await recordModelCall(stage.deps, call);
  await settleModelCall(stage.deps, call, id);
  expect(await books(tenant)).toEqual({ held: 0, used: 10, ofRun: 10, ofStep: 10 });
});
