/** Model providers on a bad day, and agents that misbehave: every run ends clearly, and nothing is lost or left running. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { tenantPaths } from "@djinnbot/config";
import { tenantKeys } from "@djinnbot/events";
import { testBackends, unique } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { afterAll, describe, expect, it } from "vitest";
import { type Platform, startPlatform } from "./testing/platform.ts";
import { becomes, everythingTold, lineOf, settled } from "./testing/watch.ts";

const platform = await startPlatform({ backends: await testBackends() });
const servers: Server[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await platform.stop();
});
type Tenant = Awaited<ReturnType<Platform["tenant"]>>;

/** A model server of the tenant's own; answers its provider's model name. */
async function ownProvider(
  { client }: Tenant,
  options: { key: string; answer: (request: IncomingMessage, response: ServerResponse) => void } | { key: string },
): Promise<string> {
  const answer = "answer" in options ? options.answer : undefined;
  const server = createServer((request, response) => {
    request.resume();
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  if (answer) {
    servers.push(server);
  } else {
    // Nobody listens there any more.
    await new Promise((resolve) => server.close(resolve));
  }
  const slug = unique("p");
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  await client.api.settings.createCustomProvider.mutate({ name: "Own", slug, baseUrl, apiKey: options.key });
  return `custom-${slug}/some-model`;
}

/** One step of one agent on the given model, retried `maxRetries` times. */
async function start({ client }: Tenant, model: string, options: { maxRetries?: number; repository?: string } = {}) {
  const { maxRetries = 0, repository } = options;
  const { id: pipelineId } = await client.api.pipelines.create.mutate({
    yamlContent: lineOf(unique("p"), [{ agent: "engineer", maxRetries }]),
  });
  const run = await client.api.runs.create.mutate({ pipelineId, task: "Do it.", modelOverride: model, repository });
  return run.id;
}

const calls = async ({ client }: Tenant, runId: string) => (await client.api.llmCalls.list.query({ runId })).calls;

describe.concurrent("model providers", () => {
  it("a refused key ends the step at once, in the provider's words", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const runId = await start(tenant, "demo/demo-error-401", { maxRetries: 3 });
    const { detail } = await settled(platform, { ...tenant, runId, code: "MODEL_REFUSED" });
    expect(detail.failure?.message).toContain("Incorrect API key provided.");
    expect(detail.steps).toHaveLength(1);
    expect((await calls(tenant, runId)).map(({ status }) => status)).toEqual([401]);
  });

  it("a key that the provider repeats in its refusal is shown nowhere", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const key = `${unique("no-known-prefix")}x`;
    const model = await ownProvider(tenant, {
      key,
      answer: (request, response) => {
        const message = `Wrong key: ${request.headers.authorization} is not ours.`;
        response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify({ error: { message } }));
      },
    });
    const runId = await start(tenant, model);
    const ended = await settled(platform, { ...tenant, runId, code: "MODEL_REFUSED" });
    expect(ended.detail.failure?.message).toMatch(/Wrong key: .* is not ours/);
    expect(await everythingTold(platform, ended)).not.toContain(key);
  });

  it("no key is told by retries, the breaker or a fallback", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const keys = [unique("first-key"), unique("second-key")] as const;
    const repeat = (status: number) => (request: IncomingMessage, response: ServerResponse) => {
      const message = `No: ${request.headers.authorization} may not.`;
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error: { message } }));
    };
    const first = await ownProvider(tenant, { key: keys[0], answer: repeat(503) });
    const second = await ownProvider(tenant, { key: keys[1], answer: repeat(529) });
    await tenant.client.api.settings.update.mutate({ fallbackModels: [second] });
    const runId = await start(tenant, first);
    const ended = await settled(platform, { ...tenant, runId, code: "MODEL_UNAVAILABLE" });
    const types = ended.events.map(({ type }) => type);
    expect(types).toContain("MODEL_RETRY");
    expect(types).toContain("MODEL_FALLBACK");
    const providers = await tenant.client.api.settings.providers.query({});
    expect(providers.filter(({ trouble }) => trouble !== null)).toHaveLength(2);
    const told = (await everythingTold(platform, ended)) + JSON.stringify(providers);
    expect(keys.filter((key) => told.includes(key))).toEqual([]);
  });

  it("a run over its budget stops before the call, and goes on once that is raised", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const { api } = tenant.client;
    const { id: pipelineId } = await api.pipelines.create.mutate({
      yamlContent: lineOf(unique("p"), [{ agent: "engineer" }]),
    });
    const { id: runId } = await api.runs.create.mutate({
      pipelineId,
      task: "Do it.",
      modelOverride: "demo/demo-agent",
      budget: { tokens: 10 },
    });
    const { detail, events } = await settled(platform, { ...tenant, runId, code: "BUDGET_EXCEEDED" });
    expect(detail.failure?.message).toMatch(/The budget of this run does not allow .* 0 tokens of 10 tokens are spent/);
    expect(events.map(({ type }) => type)).toContain("BUDGET_EXCEEDED");
    expect(await calls(tenant, runId)).toEqual([]);
    await api.budgets.put.mutate({ scope: "run", runId, tokens: 10_000_000 });
    await api.steps.restart.mutate({ runId, stepId: "STEP1" });
    await becomes(async () => (await api.runs.get.query({ runId })).status, "completed", 60_000);
    const { items } = await api.budgets.list.query({ runId });
    expect(items[0]?.usage.tokens).toBeGreaterThan(100);
  });

  it("a provider that is down is asked a bounded number of times", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const model = await ownProvider(tenant, { key: "sk-down" });
    const runId = await start(tenant, model);
    const { detail, events } = await settled(platform, { ...tenant, runId, code: "MODEL_UNAVAILABLE" });
    expect(detail.failure?.message).toMatch(/could not be reached .*after \d+ tries/);
    const asked = await calls(tenant, runId);
    expect(asked.length).toBeGreaterThan(1);
    expect(events.filter(({ type }) => type === "MODEL_RETRY")).toHaveLength(asked.length - 1);
  });

  it("a provider that asks to wait is waited for", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const runId = await start(tenant, "demo/demo-error-429");
    const { events } = await settled(platform, { ...tenant, runId, code: null });
    const retries = events.filter(({ type }) => type === "MODEL_RETRY");
    expect(retries.length).toBeGreaterThan(0);
    expect(retries.every(({ waitMs, error }) => waitMs === 1000 && String(error).includes("Rate limit"))).toBe(true);
  });

  it("an answer cut in the middle is asked for again", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const runId = await start(tenant, "demo/demo-cut");
    await settled(platform, { ...tenant, runId, code: null });
    const asked = platform.demo.requests.filter(({ model }) => model === "demo-cut").map(({ turn }) => turn);
    const turns = [...new Set(asked)];
    expect(turns.map((turn) => asked.filter((each) => each === turn).length)).toEqual(turns.map(() => 2));
  });

  it("a key that is taken away during a run is named as missing", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    let providerId = "";
    const model = await ownProvider(tenant, {
      key: "sk-short-lived",
      answer: async (_request, response) => {
        // The gateway may ask again before it looks for the key.
        await tenant.client.api.settings.deleteProvider.mutate({ providerId }).catch(() => undefined);
        response.writeHead(503, { "content-type": "application/json" }).end("{}");
      },
    });
    providerId = model.slice(0, model.indexOf("/"));
    const runId = await start(tenant, model);
    const { detail } = await settled(platform, { ...tenant, runId, code: "MODEL_NOT_CONFIGURED" });
    expect(detail.failure?.message).toContain(providerId);
  });
});

describe.concurrent("agents", () => {
  it("one that forgets its output is told so, tried again, and fails", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const runId = await start(tenant, "demo/demo-missing-output", { maxRetries: 1 });
    const { detail, events } = await settled(platform, { ...tenant, runId, code: "OUTPUT_MISSING" });
    expect(detail.failure?.message).toContain("result");
    expect(detail.steps.map(({ attempt, failure }) => [attempt, failure?.code])).toEqual([
      [1, "OUTPUT_MISSING"],
      [2, "OUTPUT_MISSING"],
    ]);
    expect(detail.steps[1]?.humanContext).toContain("[RETRY 1/1]");
    expect(events.filter(({ type }) => type === "STEP_RETRYING")).toHaveLength(1);
  });

  it("one that does the same again and again is stopped", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const runId = await start(tenant, "demo/demo-loop");
    await settled(platform, { ...tenant, runId, code: "LOOP_DETECTED" });
  });

  it("ten mebibytes of tool output stay in a file of the run", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const runId = await start(tenant, "demo/demo-big-output");
    const { detail, events } = await settled(platform, { ...tenant, runId, code: null });
    const end = events.find(({ type, toolName }) => type === "TOOL_CALL_END" && toolName === "bash");
    expect(String(end?.result)).toContain("10485760 bytes");
    expect(String(end?.result).length).toBeLessThanOrEqual(20_000);
    const keys = [tenantKeys.runEvents, tenantKeys.runStatus, tenantKeys.runCommands];
    const streams = await Promise.all(
      keys.map((key) => platform.deps.redis.xrange(key(detail.tenantId, runId), "-", "+")),
    );
    expect(JSON.stringify(streams).length).toBeLessThan(200_000);
    const home = join(tenantPaths(platform.dataDir, detail.tenantId).run(runId), "home");
    const spilled = readdirSync(home, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".txt"));
    expect(spilled.map((path) => statSync(join(home, path)).size)).toEqual([10 * 1024 * 1024]);
    const peakKb = /VmHWM:\s+(\d+) kB/.exec(
      readFileSync(`/proc/${platform.engines[0]?.child.pid}/status`, "utf8"),
    )?.[1];
    expect(Number(peakKb)).toBeLessThan(600 * 1024);
  });

  it("one that tries to leave its workspace touches and learns nothing", { timeout: 120_000 }, async () => {
    const [tenant, other] = [await platform.tenant(), await platform.tenant()];
    const marks = [
      "/tmp/escaped-by-demo-model.txt",
      "/tmp/escaped-by-demo-model-link.txt",
      "/tmp/hook-ran",
      "/usr/escaped",
    ];
    const places = () => marks.map((path) => [path, statSync(path, { throwIfNoEntry: false })?.mtimeMs]);
    const untouched = places();
    const repository = await createDemoRepository(join(platform.repositoriesDir, unique("leave")));
    const before = git(repository, "rev-parse", "main");
    const runId = await start(tenant, "demo/demo-escape", { repository });
    const ended = await settled(platform, { ...tenant, runId, code: null });
    // A plain process, where no sandbox can be made, does not hold the shell back (docs/security-model.md); the tools do in any case.
    if (platform.isSandboxed) {
      expect(places()).toEqual(untouched);
      const named = ["-name", "*escaped*", "-o", "-name", "hook-ran"];
      expect(execFileSync("find", [platform.dataDir, ...named], { encoding: "utf8" })).toBe("");
    }
    expect(git(repository, "rev-parse", "main")).toBe(before);
    expect(git(repository, "status", "--porcelain")).toBe("");
    const results = ended.events.filter(({ type }) => type === "TOOL_CALL_END");
    const refused = results.filter(({ toolName }) => !["bash", "complete"].includes(String(toolName)));
    expect(refused.length).toBeGreaterThan(10);
    expect(refused.filter(({ isError }) => isError !== true)).toEqual([]);
    const told = JSON.stringify(results);
    const { config } = platform.deps;
    const never = [config.serviceToken, config.authSecretKey];
    const behindTheSandbox = platform.isSandboxed ? [other.tenantId, "root:x:0:0", "RUN_KEY=", "REDIS_URL="] : [];
    for (const secret of [...never, ...behindTheSandbox]) {
      expect(told).not.toContain(secret);
    }
  });
});

function git(dir: string, ...args: string[]): string {
  return execFileSync("git", ["-C", dir, ...args], { encoding: "utf8" }).trim();
}
