/** What an agent asks with its run key never costs its owner a request, least of all the one that ends the run. */
import { afterAll, describe, expect, it } from "vitest";
import { openScene } from "./door/testing/scene.ts";
import { createApi } from "./index.ts";

const scene = await openScene();
const { deps, redisUrl } = scene;
const points = 5;
const api = createApi({ deps, config: { redisUrl, requestLimit: { points, windowSec: 3600 } } });
afterAll(async () => {
  await api.close();
  await scene.close();
});

async function ask(token: string, path: string, { method = "GET", body }: { method?: string; body?: unknown } = {}) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const text = body === undefined ? null : JSON.stringify(body);
  const response = await api.fetch(new Request(`http://127.0.0.1:3000${path}`, { method, headers, body: text }), {
    ip: null,
  });
  await response.body?.cancel();
  return response.status;
}

/** One after the other. */
async function times(count: number, work: () => Promise<number>): Promise<number[]> {
  const answers: number[] = [];
  for (let n = 0; n < count; n += 1) {
    answers.push(await work());
  }
  return answers;
}

describe("the window of a session", () => {
  it("is its own: an agent that asks without end leaves its owner's untouched", async () => {
    const [loud, other] = [await scene.atWork(), await scene.atWork()];
    const answers = await times(points * 3, () => ask(loud.key, "/v1/auth/me"));
    expect(answers.slice(0, points)).toEqual(Array(points).fill(200));
    expect(new Set(answers.slice(points))).toEqual(new Set([429]));
    const owner = loud.tenant.tokens.accessToken;
    expect(await times(points, () => ask(owner, "/v1/auth/me"))).toEqual(Array(points).fill(200));
    expect(await ask(other.key, "/v1/auth/me")).toBe(200);
  });

  it("counts what is refused: other operations, event streams, model calls", async () => {
    const { key } = await scene.atWork();
    const refused = [
      await ask(key, "/v1/runs/"),
      await ask(key, "/v1/events/stream"),
      await ask(key, "/v1/agents", { method: "POST", body: { name: "Mine" } }),
      await ask(key, "/v1/llm/openai/chat/completions", { method: "POST", body: { model: "m", messages: [] } }),
    ];
    expect(refused.slice(0, 3)).toEqual([403, 403, 403]);
    expect(await ask(key, "/v1/auth/me")).toBe(200);
    expect(await ask(key, "/v1/auth/me")).toBe(429);
    expect(await ask(key, "/v1/events/stream")).toBe(429);
  });
});

describe("cancelling and pausing", () => {
  it.each(["cancel", "pause"])("%s works when the tenant's window is used up", async (verb) => {
    const { tenant, runId } = await scene.atWork();
    await deps.system.pool.query("UPDATE runs SET status = 'running' WHERE id = $1", [runId]);
    const token = tenant.tokens.accessToken;
    expect((await times(points + 1, () => ask(token, "/v1/auth/me"))).at(-1)).toBe(429);
    expect(await ask(token, `/v1/runs/${runId}/${verb}`, { method: "POST" })).toBe(200);
    const trpc = await ask(token, `/api/trpc/runs.${verb}`, { method: "POST", body: { runId } });
    expect([200, 409]).toContain(trpc);
    // Bounded all the same.
    const more = await times(points, () => ask(token, `/v1/runs/${runId}/${verb}`, { method: "POST" }));
    expect(more.at(-1)).toBe(429);
  });
});
