/** A workload that means harm: what it sends neither stops the process nor gets around a budget. */
import { withTenant } from "@djinnbot/db";
import type { TestTenant } from "@djinnbot/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { stepBudgetStatement } from "../budget/for-run.ts";
import { seedPrices } from "./prices.ts";
import { ask, events, logsOf, openStage, type Stage, type Workload } from "./testing/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await seedPrices(stage.deps.system);
});
afterAll(() => stage.close());

const usage = { prompt_tokens: 10, completion_tokens: 990 };
const answer = JSON.stringify({ choices: [{ message: { content: "x" }, finish_reason: "stop" }], usage });
/** A provider that keeps what it is sent, and answers once `release` is called. */
async function provider(providerId?: string) {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const seen: Record<string, unknown>[] = [];
  const scene = await stage.scene(async (_, body, response) => {
    seen.push(JSON.parse(body) as Record<string, unknown>);
    await gate;
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }, providerId);
  return { ...scene, seen, release: () => release() };
}
const consume = async (asked: Promise<Response>) => {
  const response = await asked;
  await response.text();
  return response.status;
};
const budget = async (tenant: TestTenant) => (await tenant.services.budgets.list({})).items[0]?.usage;

describe("a body", () => {
  it.each([
    ["of millions of values", `{"model":"m","messages":[${"[],".repeat(3_300_000)}1]}`, "100,000 values"],
    ["nested deeply", `{"model":"m","x":${"[".repeat(200)}${"]".repeat(200)}}`, "128 levels"],
    [
      "with an object of many keys",
      `{"model":"m",${Array.from({ length: 2000 }, (_, at) => `"k${at}":1`).join(",")}}`,
      "1,000 keys in one object",
    ],
    ["with a limit that is none", `{"model":"m","max_tokens":"64000"}`, "max_tokens must be a whole number"],
  ])("%s is refused with a sentence", async (_, body, words) => {
    const { run, providerId, seen, release } = await provider();
    release();
    const refused = await ask({ caller: run.caller, providerId, body });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ code: "BAD_REQUEST", detail: expect.stringContaining(words) });
    expect(seen).toEqual([]);
  });
});

describe("budgets", () => {
  it("hold a text of letters by its length", async () => {
    const { tenant, run, providerId, seen, release } = await provider();
    await tenant.services.budgets.put({ scope: "tenant", tokens: 160_000 });
    const messages = [{ role: "user", content: [{ type: "text", text: "A".repeat(300_000) }] }];
    const body = { model: "m", max_tokens: 100, messages };
    const statuses: number[] = [];
    const call = async () => statuses.push(await consume(ask({ caller: run.caller, providerId, body })));
    const asked = Promise.all(Array.from({ length: 12 }, call));
    // All of them: what is settled would make room for one that comes late.
    await vi.waitFor(() => expect([statuses.length, seen.length]).toEqual([10, 2]), { timeout: 20_000 });
    expect((await budget(tenant))?.reservedTokens).toBeGreaterThan(150_000);
    release();
    await asked;
    expect(statuses.filter((status) => status === 200)).toHaveLength(2);
  });

  it("hold what the model can answer, and where that is too much, a small answer that is asked for", async () => {
    const { tenant, run, providerId, seen, release } = await provider("openai");
    await tenant.services.budgets.put({ scope: "tenant", tokens: 140_000 });
    const body = { model: "gpt-5", messages: [] };
    const first = consume(ask({ caller: run.caller, providerId, body }));
    await vi.waitFor(() => expect(seen).toEqual([body]), { timeout: 20_000 });
    expect((await budget(tenant))?.reservedTokens).toBeGreaterThanOrEqual(128_000);
    const second = consume(ask({ caller: run.caller, providerId, body }));
    await vi.waitFor(() => expect(seen[1]).toEqual({ ...body, max_completion_tokens: 4096 }), { timeout: 20_000 });
    const large = { ...body, max_tokens: 64_000, max_completion_tokens: 1 };
    expect(await consume(ask({ caller: run.caller, providerId, body: large }))).toBe(429);
    release();
    expect(await Promise.all([first, second])).toEqual([200, 200]);
  });

  it("leave a request alone where there are none", async () => {
    const { run, providerId, seen, release } = await provider("openai");
    release();
    const body = { model: "of-tomorrow", messages: [] };
    expect(await consume(ask({ caller: run.caller, providerId, body }))).toBe(200);
    expect(seen).toEqual([body]);
  });
});

it("a workload that leaves before the bill comes pays for what it has read", async () => {
  const sent = events(
    { type: "message_start", message: { usage: { input_tokens: 10, output_tokens: 1 } } },
    { type: "content_block_delta", delta: { type: "text_delta", text: "x".repeat(4000) } },
  );
  const { tenant, run } = await stage.scene((_, __, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(sent);
  }, "anthropic");
  const body = { model: "claude-sonnet-4-5", stream: true, max_tokens: 5000, messages: [] };
  const response = await ask({ caller: run.caller, providerId: "anthropic", path: "messages", body });
  const reader = response.body?.getReader();
  for (let read = 0; read < sent.length; ) {
    read += (await reader?.read())?.value?.byteLength ?? Number.POSITIVE_INFINITY;
  }
  await reader?.cancel();
  expect(await logsOf(tenant)).toMatchObject([{ inputTokens: 10, outputTokens: 1000, costApproximate: true }]);
});

describe("a step", () => {
  const body = { model: "m", max_tokens: 990, messages: [] };
  const stepBudget = ({ tenant, run }: { tenant: TestTenant; run: Workload }, stepId: string, tokens: number) =>
    withTenant(stage.deps.db, tenant.tenantId, async (tx) => {
      const { text, values } = stepBudgetStatement({ runId: run.runId, stepId, costMicros: null, tokens, now: 1 });
      await tx.$executeRawUnsafe(text, ...values);
    });

  it("pays for its session's calls, whatever the workload says", async () => {
    const scene = await provider();
    const { tenant, run, providerId, release } = scene;
    release();
    await stepBudget(scene, "build", 2500);
    const says = [{}, { "x-djinnbot-step": "OTHER", "x-djinnbot-attempt": "7" }, {}] as Record<string, string>[];
    const statuses: number[] = [];
    for (const headers of says) {
      statuses.push(await consume(ask({ caller: run.caller, providerId, body, headers })));
    }
    expect(statuses).toEqual([200, 200, 429]);
    expect(await logsOf(tenant)).toMatchObject([{ stepId: "build" }, { stepId: "build" }]);
    const steps = await withTenant(stage.deps.db, tenant.tenantId, (tx) =>
      tx.step.findMany({ where: { runId: run.runId }, orderBy: { attempt: "asc" } }),
    );
    expect(steps.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens])).toEqual([
      [0n, 0n],
      [20n, 1980n],
    ]);
  });

  it("pays until the next one begins in its session; a session without one has none to pay", async () => {
    const scene = await provider();
    const { tenant, run, providerId, release } = scene;
    release();
    await stepBudget(scene, "test", 1500);
    const { runId, sessionId } = run;
    const step = { runId, agentId: "coder", attempt: 1 };
    const change = (fn: Parameters<typeof withTenant<unknown>>[2]) => withTenant(stage.deps.db, tenant.tenantId, fn);
    await change(async (tx) => {
      await tx.step.updateMany({ where: { runId }, data: { status: "completed" } });
      await tx.step.create({ data: { ...step, id: `${runId}:3`, stepId: "test", sequence: 3, status: "queued" } });
      await tx.step.create({
        data: {
          ...step,
          id: `${runId}:4`,
          stepId: "elsewhere",
          sequence: 4,
          sessionId: "ses_other",
          status: "running",
        },
      });
    });
    const call = () => consume(ask({ caller: run.caller, providerId, body }));
    expect(await call()).toBe(200);
    await change((tx) => tx.step.update({ where: { id: `${runId}:3` }, data: { sessionId, status: "running" } }));
    expect([await call(), await call()]).toEqual([200, 429]);
    await change((tx) => tx.step.updateMany({ where: { runId }, data: { sessionId: null } }));
    expect(await call()).toBe(200);
    expect((await logsOf(tenant)).map(({ stepId }) => stepId)).toEqual([null, "test", "build"]);
  });
});
