import { tenantPipeline } from "@djinnbot/db";
import { bearer, credentials, twoTenants, unique } from "@djinnbot/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deleteRunKeys, runKeyOf } from "../api-key/run-key.ts";
import { authenticate } from "../auth/authenticate.ts";
import { serviceCaller, servicesFor } from "../call.ts";
import { seedPrices } from "./prices.ts";
import { ask, logsOf, openStage, type Stage, secret } from "./testing/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await seedPrices(stage.deps.system);
});
afterAll(() => stage.close());

describe("refusals", () => {
  it("passes the provider's error on, with its Retry-After and without the key", async () => {
    const { tenant, run, providerId } = await stage.scene((_, __, response) =>
      response
        .writeHead(429, { "content-type": "application/json", "retry-after": "7" })
        .end(JSON.stringify({ error: { message: `slow down ${secret}` } })),
    );
    const response = await ask({ caller: run.caller, providerId });
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("7");
    const text = await response.text();
    expect(text).toContain("slow down [key]");
    const [log] = await logsOf(tenant);
    expect(log).toMatchObject({ status: 429, inputTokens: 0, costApproximate: false });
    expect(JSON.stringify(log)).not.toContain(secret);
  });

  it("answers 502 in OpenAI's shape when nobody is there", async () => {
    const { tenant, run } = await stage.scene(() => undefined);
    const slug = unique("dead");
    await tenant.services.settings.createCustomProvider({ name: "Dead", slug, baseUrl: "http://127.0.0.1:1/v1" });
    const response = await ask({ caller: run.caller, providerId: `custom-${slug}` });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining("could not be reached"), type: "upstream_error", code: "UPSTREAM" },
      code: "UPSTREAM",
    });
    expect(response.headers.get("x-djinnbot-tries")).toBe("3");
    const tried = { status: null, error: expect.stringContaining("127.0.0.1") };
    expect(await logsOf(tenant)).toMatchObject([tried, tried, tried]);
  });

  it("needs a provider, an allowed path, an allowed model and a bounded body", async () => {
    const { tenant, run, providerId } = await stage.scene((_, __, response) => response.end("{}"));
    const { caller } = run;
    const missing = await ask({ caller, providerId: "openai" });
    expect(missing.status).toBe(412);
    expect(await missing.json()).toMatchObject({
      code: "PRECONDITION",
      detail: expect.stringContaining("No key for provider openai"),
    });
    expect((await ask({ caller, providerId, path: "files" })).status).toBe(404);
    expect((await ask({ caller, providerId, body: { messages: [] } })).status).toBe(400);
    expect((await ask({ caller, providerId, body: { model: "m", x: "y".repeat(11 * 1024 * 1024) } })).status).toBe(413);
    const deep = `{"model":"m","x":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
    expect((await ask({ caller, providerId, body: deep })).status).toBe(400);
    await tenant.services.settings.putProvider({ providerId, extraConfig: { ALLOWED_MODELS: "a, b" } });
    expect((await ask({ caller, providerId, body: { model: "c" } })).status).toBe(403);
    expect((await ask({ caller, providerId, body: { model: "b" } })).status).toBe(200);
  });

  it("does not let a call reach further models, which nobody checked and nothing is held for", async () => {
    const seen: string[] = [];
    const { tenant, run, providerId } = await stage.scene((_, body, response) => {
      seen.push(body);
      response.end("{}");
    });
    await tenant.services.settings.putProvider({ providerId, extraConfig: { ALLOWED_MODELS: "cheap" } });
    for (const [fields, words] of [
      [{ models: ["cheap", "dear"], route: "fallback" }, 'leave "models" out'],
      [{ tools: [{ type: "openrouter:fusion" }], tool_choice: "required" }, 'leave "openrouter:fusion" out'],
      [{ plugins: [{ id: "fusion" }] }, 'leave "plugins" out'],
      [{ prompt_id: "dear", custom_llm_provider: "anthropic" }, 'leave "prompt_id" out'],
    ] as const) {
      const body = { model: "cheap", messages: [], ...fields };
      const refused = await ask({ caller: run.caller, providerId, body });
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ detail: expect.stringContaining(words) });
    }
    expect(seen).toEqual([]);
    expect(await logsOf(tenant)).toEqual([]);
  });

  it("serves runs only: not people, not other tenants' providers, not after the session ended", async () => {
    const { tenant, run, providerId } = await stage.scene((_, __, response) => response.end("{}"));
    expect((await ask({ caller: tenant.caller, providerId })).status).toBe(403);
    const { b } = await twoTenants(stage.deps);
    const other = await stage.newRun(b);
    expect((await ask({ caller: other.caller, providerId })).status).toBe(412);
    const deleted = async ({ tenantId }: { tenantId: string }) =>
      (await tenantPipeline(stage.deps.db, tenantId, [deleteRunKeys(run.sessionId)])).flat().length;
    expect([await deleted(b), await deleted(tenant)]).toEqual([0, 1]);
    await expect(authenticate(stage.deps, credentials({ authorization: bearer(run.key) }))).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
  });
});

describe("run keys", () => {
  it("can call the model, see themselves and delegate, nothing else", async () => {
    const { tenant, run } = await stage.scene((_, __, response) => response.end("{}"));
    expect([...run.caller.scopes].sort()).toEqual(["delegate", "llm:call", "self:read"]);
    const services = servicesFor(run.caller);
    expect(await services.auth.me({})).toMatchObject({ tenantId: tenant.tenantId, role: null, isService: false });
    await expect(services.settings.providers({})).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(services.apiKeys.create({ name: "x" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(services.auth.updateProfile({ displayName: "x" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("cannot write their own bill; our services record calls of the tenant's runs", async () => {
    const { tenant, run } = await stage.scene((_, __, response) => response.end("{}"));
    const foreign = await stage.newRun((await twoTenants(stage.deps)).a);
    const services = servicesFor(
      serviceCaller(stage.deps, { tenantId: tenant.tenantId, requestId: "req_x", name: "test" }),
    );
    const entry = { provider: "demo", model: "coder", inputTokens: 5, outputTokens: 5 };
    expect(await services.llmCalls.create({ ...entry, runId: run.runId })).toMatchObject({ ok: true });
    await expect(services.llmCalls.create({ ...entry, runId: foreign.runId })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(servicesFor(run.caller).llmCalls.create({ ...entry, runId: run.runId })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    expect(await logsOf(tenant)).toMatchObject([{ runId: run.runId, costTotal: 0, costApproximate: false }]);
    for (const inputTokens of [390_000_000, 1e15, 390_000_000, 390_000_000, 390_000_000, 390_000_000]) {
      await services.llmCalls.create({ provider: "demo", model: "coder", inputTokens, runId: run.runId });
    }
    const { summary } = await tenant.services.llmCalls.list({ runId: run.runId, limit: 1 });
    expect(summary).toMatchObject({ callCount: 7, totalInputTokens: 2_350_000_005, totalTokens: 2_350_000_010 });
    const { a } = await twoTenants(stage.deps);
    expect(await logsOf(a)).toEqual([]);
  });

  it("are not made for another tenant's session", async () => {
    const { a, b } = await twoTenants(stage.deps);
    const { runId, sessionId } = await stage.newRun(a);
    const { key, statement } = runKeyOf({ runId, sessionId, agentId: "x", expiresAt: Date.now() + 60_000 });
    await tenantPipeline(stage.deps.db, b.tenantId, [statement]);
    await expect(authenticate(stage.deps, credentials({ authorization: bearer(key) }))).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
  });
});
