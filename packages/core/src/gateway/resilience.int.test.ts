/** What the gateway does when a provider is down or refuses: tries again, leaves it alone, asks another model; and no key is told. */
import { tenantKeys } from "@djinnbot/events";
import { unique } from "@djinnbot/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedPrices } from "./prices.ts";
import { ask, logsOf, openStage, type Stage, secret } from "./testing/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await seedPrices(stage.deps.system);
});
afterAll(() => stage.close());

const good = JSON.stringify({
  choices: [{ message: { content: "x" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 10 },
});
const body = { model: "first", max_tokens: 100, messages: [] };

/** A provider that answers each call with the next of these statuses, and the last one for ever. */
async function provider(statuses: number[], answerHeaders: Record<string, string> = {}) {
  const seen: { models: string[] } = { models: [] };
  const scene = await stage.scene((_, text, response) => {
    const status = statuses[Math.min(seen.models.length, statuses.length - 1)] ?? 200;
    seen.models.push(String((JSON.parse(text) as { model: string }).model));
    response.writeHead(status, { "content-type": "application/json", ...answerHeaders });
    response.end(status === 200 ? good : JSON.stringify({ error: { message: `not now ${secret}` } }));
  });
  return { ...scene, seen };
}
const eventsOf = async (tenantId: string, runId: string) =>
  (await stage.deps.redis.xrange(tenantKeys.runEvents(tenantId, runId), "-", "+")).map(
    ([, fields]) => JSON.parse(fields[1] ?? "{}") as Record<string, unknown>,
  );

describe("tries", () => {
  it("again after 5xx and 429, as long as it was asked to, and says so", async () => {
    const { tenant, run, providerId, seen } = await provider([503, 429, 200], { "retry-after-ms": "40" });
    const answer = await ask({ caller: run.caller, providerId, body });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ usage: { prompt_tokens: 10 } });
    expect(seen.models).toHaveLength(3);
    expect((await logsOf(tenant)).map(({ status }) => status).sort()).toEqual([200, 429, 503]);
    const told = (await eventsOf(tenant.tenantId, run.runId)).filter(({ type }) => type === "MODEL_RETRY");
    expect(told).toMatchObject([
      { stepId: "build", attempt: 2, waitMs: 40, tries: 1 },
      { waitMs: 40, tries: 2 },
    ]);
    expect(JSON.stringify(told)).not.toContain(secret);
  });

  it("three times at most, and tells the runtime how often", async () => {
    const { run, providerId, seen } = await provider([500], { "retry-after-ms": "1" });
    const answer = await ask({ caller: run.caller, providerId, body });
    expect([answer.status, answer.headers.get("x-djinnbot-tries")]).toEqual([500, "3"]);
    expect(seen.models).toHaveLength(3);
  });

  it.each([[400], [401], [404], [422]])("not again after %i", async (status) => {
    const { run, providerId, seen } = await provider([status]);
    expect((await ask({ caller: run.caller, providerId, body })).status).toBe(status);
    expect(seen.models).toHaveLength(1);
  });
});

describe("the breaker", () => {
  it("leaves a provider alone after five failures, for its tenant only, and shows it", async () => {
    const { tenant, run, providerId, seen } = await provider([500], { "retry-after-ms": "1" });
    await ask({ caller: run.caller, providerId, body });
    await ask({ caller: run.caller, providerId, body });
    expect(seen.models).toHaveLength(5);
    const refused = await ask({ caller: run.caller, providerId, body });
    expect(refused.status).toBe(502);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(5);
    expect(await refused.json()).toMatchObject({
      code: "UPSTREAM",
      detail: expect.stringMatching(/failed several times in a row; nothing is asked of it for \d+ s/),
    });
    expect(seen.models).toHaveLength(5);
    const shown = async () =>
      (await tenant.services.settings.providers({})).find((item) => item.providerId === providerId)?.trouble;
    expect(await shown()).toMatchObject({
      state: "open",
      failures: 5,
      reason: "first: It answered with an error (500).",
    });
    // Another model of the same provider is not touched.
    expect((await ask({ caller: run.caller, providerId, body: { ...body, model: "other" } })).status).toBe(500);
    seen.models.length = 5;
    // Its time is over: one call tries, the others wait for it.
    const key = tenantKeys.breaker(tenant.tenantId, providerId);
    await stage.deps.redis.hset(key, "=first|openUntil", Date.now() - 1);
    expect(await shown()).toMatchObject({ state: "halfOpen" });
    const statuses = await Promise.all(
      [1, 2, 3].map(async () => (await ask({ caller: run.caller, providerId, body })).status),
    );
    expect(statuses.sort()).toEqual([500, 502, 502]);
    expect(seen.models).toHaveLength(6);
    expect(await shown()).toMatchObject({ state: "open", failures: 6 });
  });

  it("closes when the trial succeeds", async () => {
    const { tenant, run, providerId } = await provider([500, 500, 500, 500, 500, 200], { "retry-after-ms": "1" });
    await ask({ caller: run.caller, providerId, body });
    await ask({ caller: run.caller, providerId, body });
    const key = tenantKeys.breaker(tenant.tenantId, providerId);
    await stage.deps.redis.hset(key, "=first|openUntil", Date.now() - 1);
    expect((await ask({ caller: run.caller, providerId, body })).status).toBe(200);
    expect(await stage.deps.redis.exists(key)).toBe(0);
  });
});

describe("the fallback chain", () => {
  it("asks the next model that can be asked, and says who answered", async () => {
    const { tenant, run, providerId, seen } = await provider([429], { "retry-after": "60" });
    const slug = unique("dead");
    await tenant.services.settings.createCustomProvider({ name: "Dead", slug, baseUrl: "http://127.0.0.1:1/v1" });
    const other = await stage.scene((_, text, response) => {
      seen.models.push(String((JSON.parse(text) as { model: string }).model));
      response.writeHead(200, { "content-type": "application/json" }).end(good);
    });
    // The other stage's provider, as one of this tenant.
    const rows = await other.tenant.services.settings.providers({});
    const baseUrl = rows.find((row) => row.providerId === other.providerId)?.baseUrl ?? "";
    await tenant.services.settings.createCustomProvider({
      name: "Other",
      slug: `${slug}2`,
      baseUrl,
      apiKey: "sk-of-the-other",
    });
    await tenant.services.settings.putProvider({ providerId: "anthropic", apiKey: "sk-ant-unused" });
    await tenant.services.settings.update({
      fallbackModels: ["openai/no-key", "anthropic/other-wire", `custom-${slug}/second`, `custom-${slug}2/third`],
    });
    const price = (model: string, micros: number) =>
      tenant.services.prices.put({ model, inputMicros: micros, outputMicros: micros });
    await price(`${providerId}/first`, 9_000_000);
    await price(`custom-${slug}2/third`, 1_000_000);
    await tenant.services.budgets.put({ scope: "run", runId: run.runId, tokens: 10_000 });
    const answer = await ask({ caller: run.caller, providerId, body });
    expect(answer.status).toBe(200);
    await answer.text();
    expect(answer.headers.get("x-djinnbot-model")).toBe(`custom-${slug}2/third`);
    expect(seen.models).toEqual(["first", "third"]);
    const calls = await logsOf(tenant);
    expect(calls.find(({ status }) => status === 200)).toMatchObject({
      provider: `custom-${slug}2`,
      model: "third",
      requestedModel: `${providerId}/first`,
      totalTokens: 20,
      costTotal: 0.00002,
    });
    const told = (await eventsOf(tenant.tenantId, run.runId)).filter(({ type }) => type === "MODEL_FALLBACK");
    expect(told.map(({ to }) => to)).toEqual([`custom-${slug}/second`, `custom-${slug}2/third`]);
    const { items } = await tenant.services.budgets.list({ runId: run.runId });
    expect(items).toMatchObject([{ usage: { tokens: 20, reservedTokens: 0 } }]);
    const everything = JSON.stringify([calls, await eventsOf(tenant.tenantId, run.runId), items]);
    for (const key of [secret, "sk-of-the-other", "sk-ant-unused"]) {
      expect(everything).not.toContain(key);
    }
  });

  it("is not for requests that are wrong, and says what the chosen model said when nobody answers", async () => {
    const { tenant, run, providerId, seen } = await provider([400]);
    await tenant.services.settings.update({ fallbackModels: [`${providerId}/second`] });
    expect((await ask({ caller: run.caller, providerId, body })).status).toBe(400);
    expect(seen.models).toEqual(["first"]);
    const down = await provider([429], { "retry-after": "33" });
    await down.tenant.services.settings.update({ fallbackModels: [`${down.providerId}/second`] });
    const answer = await ask({ caller: down.run.caller, providerId: down.providerId, body });
    expect([answer.status, answer.headers.get("retry-after"), answer.headers.get("x-djinnbot-tries")]).toEqual([
      429,
      "33",
      "2",
    ]);
    expect(await answer.text()).toContain("not now [key]");
    expect(down.seen.models).toEqual(["first", "second"]);
  });

  it("passes over a model that the budget does not hold", async () => {
    const { tenant, run, providerId, seen } = await provider([529], { "retry-after": "60" });
    await tenant.services.prices.put({ model: `${providerId}/dear`, inputMicros: 1, outputMicros: 1_000_000_000 });
    await tenant.services.settings.update({ fallbackModels: [`${providerId}/dear`] });
    await tenant.services.budgets.put({ scope: "tenant", costMicros: 1000 });
    expect((await ask({ caller: run.caller, providerId, body })).status).toBe(529);
    expect(seen.models).toEqual(["first"]);
    expect((await tenant.services.budgets.list({})).items).toMatchObject([{ usage: { reservedTokens: 0 } }]);
  });
});

describe("prices", () => {
  it("of the tenant come before the bundled ones, and tell how much of the context is used", async () => {
    const { tenant, run, providerId } = await provider([200]);
    const model = `${providerId}/first`;
    const mine = await tenant.services.prices.put({
      model,
      inputMicros: 2_000_000,
      outputMicros: 3_000_000,
      contextWindow: 200,
    });
    await (await ask({ caller: run.caller, providerId, body })).text();
    const { calls, summary } = await tenant.services.llmCalls.list({ runId: run.runId });
    expect(calls).toMatchObject([{ costTotal: 0.00005, costApproximate: false, contextWindow: 200 }]);
    expect(summary).toMatchObject({ contextUsedTokens: 20, contextWindowTokens: 200, contextPercent: 10 });
    const usage = (await eventsOf(tenant.tenantId, run.runId)).find(({ type }) => type === "USAGE");
    expect(usage).toMatchObject({ costMicros: 50, contextUsage: { usedTokens: 20, windowTokens: 200 } });
    await tenant.services.prices.delete({ priceId: mine.id });
    await (await ask({ caller: run.caller, providerId, body })).text();
    expect((await logsOf(tenant))[0]).toMatchObject({ costTotal: null, costApproximate: true });
    const bundled = (await tenant.services.prices.list({})).find(({ source }) => source === "platform");
    await expect(tenant.services.prices.delete({ priceId: bundled?.id ?? "" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
