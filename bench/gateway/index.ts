// What the model gateway adds to a call: the same streamed answer of a local model, asked directly and through the gateway.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { newId } from "@djinnbot/contracts";
import { type Deps, runKeyOf, version } from "@djinnbot/core";
import { tenantPipeline } from "@djinnbot/core/tenant-sql";
import { withTenant } from "@djinnbot/db";
import { tenantKeys } from "@djinnbot/events";
import type { TestTenant } from "../../packages/testing/src/tenants.ts";
import type { Bench } from "../lib/bench.ts";
import { startChild } from "../lib/child.ts";
import { HttpClient } from "../lib/http.ts";
import { openDeps, registerTenant } from "../lib/servers.ts";
import type { ApiOut } from "../rest/api-process.ts";

const measure = "model call of 20 streamed chunks, one connection: request → whole answer";
const body = { model: "bench", stream: true, messages: [{ role: "user", content: "Say something." }] };

export async function measureGateway(bench: Bench): Promise<void> {
  const installation = await (await bench.backends()).installation("bench_gateway");
  const deps = openDeps(installation);
  const model = await startModel();
  const host = startChild<object, ApiOut>({
    program: join(import.meta.dirname, "../rest/api-process.ts"),
    input: { settings: installation.settings, redisUrl: installation.redisUrl },
    profile: bench.options.profile,
  });
  try {
    const { url } = await host.next((message): message is ApiOut => message.kind === "ready");
    const tenant = await registerTenant(deps);
    const provider = { name: "Bench", slug: "bench", baseUrl: `${model.url}/v1`, apiKey: "sk-bench" };
    await tenant.services.settings.createCustomProvider(provider);
    const gateway = new HttpClient(url, await keyOfRun(deps, tenant));
    const direct = new HttpClient(model.url, "sk-bench");
    const subjects = [
      { client: direct, path: "/v1/chat/completions", samples: [] as number[] },
      { client: gateway, path: "/v1/llm/custom-bench/chat/completions", samples: [] as number[] },
    ];
    const count = bench.options.quick ? 50 : 500;
    // In turns, so that a noisy moment meets both; the first ones warm up.
    for (let at = -30; at < count; at += 1) {
      for (const { client, path, samples } of subjects) {
        const { ms } = await client.send("POST", path, body);
        if (at >= 0) samples.push(ms);
      }
    }
    const [plain, ours] = subjects.map(({ samples }) => samples);
    const of = "calls";
    bench.add({ measure, subject: { kind: "ours", name: `djinnbot ${version}, gateway` }, unit: "ms", of }, ours ?? []);
    bench.add({ measure, subject: { kind: "floor", name: "the model server itself" }, unit: "ms", of }, plain ?? []);
    for (const { client } of subjects) client.close();
  } finally {
    await host.stop();
    await model.close();
    await deps.close();
  }
}

/** The key a workload would have: of a run with a step under way. */
async function keyOfRun(deps: Deps, { tenantId }: TestTenant): Promise<string> {
  const [runId, sessionId] = [newId("run"), newId("session")];
  await withTenant(deps.db, tenantId, async (tx) => {
    const times = { createdAt: 1, updatedAt: 1 };
    await tx.run.create({ data: { id: runId, pipelineId: "bench", pipelineYaml: "", taskDescription: "", ...times } });
    await tx.session.create({
      data: { id: sessionId, agentId: "bench", source: "pipeline", sourceId: runId, createdAt: 1 },
    });
  });
  // A living run has a stream.
  await deps.redis.xadd(tenantKeys.runEvents(tenantId, runId), "*", "data", "{}");
  const expiresAt = Date.now() + 3_600_000;
  const { key, statement } = runKeyOf({ runId, sessionId, agentId: "bench", expiresAt });
  await tenantPipeline(deps.db, tenantId, [statement]);
  return key;
}

async function startModel(): Promise<{ url: string; close: () => Promise<void> }> {
  const of = { id: "1", object: "chat.completion.chunk", created: 1, model: "bench" };
  const chunk = (part: object) => `data: ${JSON.stringify({ ...of, ...part })}\n\n`;
  const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let at = 0; at < 20; at += 1) {
        response.write(chunk({ choices: [{ index: 0, delta: { content: "word " }, finish_reason: null }] }));
      }
      response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
      response.end(`${chunk({ choices: [], usage })}data: [DONE]\n\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
