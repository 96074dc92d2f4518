import type http from "node:http";
import { withTenant } from "@djinnbot/db";
import { tenantKeys } from "@djinnbot/events";
import { bearer } from "@djinnbot/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { seedPrices } from "./prices.ts";
import { ask, events, logsOf, openStage, type Stage, secret } from "./testing/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await seedPrices(stage.deps.system);
});
afterAll(() => stage.close());

describe("streaming", () => {
  it("passes chunks as they come, with the tenant's key, and writes down what it cost", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let seen: { authorization: string | undefined; body: Record<string, unknown> } | undefined;
    const { tenant, run, providerId } = await stage.scene(async (request, body, response) => {
      seen = { authorization: request.headers.authorization, body: JSON.parse(body) };
      response.writeHead(200, { "content-type": "text/event-stream", "set-cookie": "x=y" });
      response.write(events({ choices: [{ index: 0, delta: { content: "Hel" } }] }));
      await gate;
      response.end(
        events(
          { choices: [{ index: 0, delta: { content: "lo" }, finish_reason: "stop" }] },
          { choices: [], usage: { prompt_tokens: 1_000_000, completion_tokens: 1_000_000 } },
        ),
      );
    }, "openai");
    const response = await ask({
      caller: run.caller,
      providerId,
      body: { model: "gpt-5", stream: true, messages: [] },
      headers: { authorization: bearer(run.key) },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("set-cookie")).toBeNull();
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toContain("Hel");
    release();
    let rest = "";
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      rest += new TextDecoder().decode(part.value);
    }
    expect(rest).toContain("lo");
    expect(seen?.authorization).toBe(`Bearer ${secret}`);
    expect(seen?.body.stream_options).toEqual({ include_usage: true });

    const { calls, summary } = await tenant.services.llmCalls.list({ runId: run.runId });
    expect(calls).toMatchObject([
      {
        provider: "openai",
        model: "gpt-5",
        stepId: "build",
        sessionId: run.sessionId,
        agentId: "coder",
        inputTokens: 1_000_000,
        outputTokens: 1_000_000,
        costInput: 1.25,
        costOutput: 10,
        costTotal: 11.25,
        costApproximate: false,
        stopReason: "stop",
        status: 200,
        error: null,
        keySource: "tenant",
      },
    ]);
    expect(summary).toMatchObject({ callCount: 1, totalCost: 11.25, totalTokens: 2_000_000 });
    const rows = await withTenant(stage.deps.db, tenant.tenantId, async (tx) => ({
      run: await tx.run.findUniqueOrThrow({ where: { id: run.runId } }),
      steps: await tx.step.findMany({ where: { runId: run.runId }, orderBy: { attempt: "asc" } }),
    }));
    expect(rows.run).toMatchObject({ costMicros: 11_250_000n, inputTokens: 1_000_000n, costApproximate: false });
    expect(rows.steps.map((step) => step.costMicros)).toEqual([0n, 11_250_000n]);
    const stream = await stage.deps.redis.xrange(tenantKeys.runEvents(tenant.tenantId, run.runId), "-", "+");
    expect(JSON.parse(stream.at(-1)?.[1][1] ?? "{}")).toMatchObject({
      type: "USAGE",
      costMicros: 11_250_000,
      model: "openai/gpt-5",
      stepId: "build",
    });
  });

  it("makes no stream anew for a run that was deleted meanwhile", async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 1 };
    const { tenant, run, providerId } = await stage.scene(async (_, __, response) => {
      await stage.deps.redis.del(tenantKeys.runEvents(tenant.tenantId, run.runId));
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ choices: [{ message: { content: "x" }, finish_reason: "stop" }], usage }));
    });
    expect(await ask({ caller: run.caller, providerId }).then((answer) => answer.text())).toContain("x");
    await vi.waitFor(async () => expect(await logsOf(tenant)).toHaveLength(1), { timeout: 10_000 });
    expect(await stage.deps.redis.exists(tenantKeys.runEvents(tenant.tenantId, run.runId))).toBe(0);
  });

  it("sums calls that end at the same moment", async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 1 };
    const { tenant, run, providerId } = await stage.scene((_, __, response) =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ choices: [{ message: { content: "x" }, finish_reason: "stop" }], usage })),
    );
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ask({ caller: run.caller, providerId }).then((answer) => answer.text())),
    );
    expect(answers).toHaveLength(8);
    const row = await withTenant(stage.deps.db, tenant.tenantId, (tx) =>
      tx.run.findUniqueOrThrow({ where: { id: run.runId } }),
    );
    expect(row).toMatchObject({ inputTokens: 80n, outputTokens: 8n, costMicros: 0n, costApproximate: true });
    const calls = await logsOf(tenant);
    expect(calls).toHaveLength(8);
    expect(calls[0]).toMatchObject({ costTotal: null, costApproximate: true });
  });

  it("reads only as fast as the client does, and ends the provider's work when the client leaves", async () => {
    let written = 0;
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const chunk = events({ choices: [{ index: 0, delta: { content: "x".repeat(64_000) } }] });
    const { tenant, run, providerId } = await stage.scene((_, __, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const pump = () => {
        while (!response.destroyed && written < 4000) {
          written += 1;
          if (!response.write(chunk)) {
            response.once("drain", pump);
            return;
          }
        }
      };
      pump();
      response.on("close", closed);
    });
    const response = await ask({ caller: run.caller, providerId });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.read();
    await reader?.cancel();
    await gone;
    expect(written).toBeLessThan(4000);
    expect(await logsOf(tenant)).toMatchObject([
      { status: 200, error: expect.stringContaining("left"), costApproximate: true },
    ]);
  });

  it("tells the client when the provider breaks off", async () => {
    const { tenant, run, providerId } = await stage.scene((_, __, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(events({ choices: [{ index: 0, delta: { content: "half" } }] }), () => response.destroy());
    });
    const response = await ask({ caller: run.caller, providerId });
    await expect(response.text()).rejects.toThrow();
    expect(await logsOf(tenant)).toMatchObject([{ status: 200, error: "The answer broke off." }]);
  });
});

describe("other wires", () => {
  it("speaks Anthropic's", async () => {
    let got: http.IncomingHttpHeaders = {};
    const { tenant, run } = await stage.scene((request, _, response) => {
      got = request.headers;
      response.writeHead(200, { "content-type": "text/event-stream" }).end(
        events(
          {
            type: "message_start",
            message: { usage: { input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 1 } },
          },
          { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 20 } },
        ),
      );
    }, "anthropic");
    const body = { model: "claude-sonnet-4-5-20250929", stream: true, messages: [] };
    const headers = { "x-api-key": run.key, "anthropic-version": "2023-06-01" };
    await (await ask({ caller: run.caller, providerId: "anthropic", path: "messages", body, headers })).text();
    expect(got["x-api-key"]).toBe(secret);
    expect(got.authorization).toBeUndefined();
    expect(await logsOf(tenant)).toMatchObject([
      { inputTokens: 10, cacheReadTokens: 90, outputTokens: 20, costApproximate: false },
    ]);
    const refused = await ask({ caller: run.caller, providerId: "anthropic", path: "files", body });
    expect(refused.status).toBe(404);
    expect(await refused.json()).toMatchObject({
      type: "error",
      error: { type: "not_found_error" },
      code: "NOT_FOUND",
    });
  });

  it("speaks Google's, with the model in the path", async () => {
    let seen: string | undefined;
    const { tenant, run } = await stage.scene((request, _, response) => {
      seen = `${request.url?.split("/").slice(2).join("/")} ${String(request.headers["x-goog-api-key"])}`;
      const usageMetadata = { promptTokenCount: 5, candidatesTokenCount: 6 };
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ candidates: [], usageMetadata }));
    }, "google");
    const path = "models/gemini-2.5-pro:generateContent";
    await (await ask({ caller: run.caller, providerId: "google", path, body: { contents: [] } })).text();
    expect(seen).toBe(`${path} ${secret}`);
    expect(await logsOf(tenant)).toMatchObject([{ model: "gemini-2.5-pro", inputTokens: 5, outputTokens: 6 }]);
  });
});
