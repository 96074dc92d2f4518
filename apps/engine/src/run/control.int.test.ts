/** What people do to runs: cancel, restart, restart from a step, delete; with real workloads under them. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { tenantPaths } from "@djinnbot/config";
import { tenantKeys } from "@djinnbot/events";
import { testBackends, unique } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { afterAll, describe, expect, it } from "vitest";
import { type Platform, startPlatform } from "../testing/platform.ts";
import { becomes, commandLines, lineOf, runEvents, settled, untilStatus, workloads } from "../testing/watch.ts";

const platform = await startPlatform({ backends: await testBackends(), engines: 2 });
afterAll(() => platform.stop());
type Tenant = Awaited<ReturnType<Platform["tenant"]>>;
type Line = Parameters<typeof lineOf>[1];

/** The bound of DESIGN 8, G5. */
const cancelledWithinMs = 5000;

async function start({ client }: Tenant, steps: Line, model?: string): Promise<string> {
  const yamlContent = lineOf(unique("p"), steps);
  const { id: pipelineId } = await client.api.pipelines.create.mutate({ yamlContent });
  const run = await client.api.runs.create.mutate({ pipelineId, task: "Do it.", modelOverride: model });
  return run.id;
}

/** Waits until the agent speaks. */
async function speaking(tenant: Tenant, runId: string): Promise<void> {
  const run = { tenantId: tenant.tenantId, id: runId };
  await becomes(async () => (await runEvents(platform, run)).some(({ type }) => type === "STEP_OUTPUT"), true, 60_000);
}

/** A run in the middle of a model's answer. */
async function busy(tenant: Tenant, model = "demo/demo-slow"): Promise<string> {
  const runId = await start(tenant, [{ agent: "engineer" }], model);
  await speaking(tenant, runId);
  expect(workloads(platform, runId)).not.toEqual([]);
  return runId;
}

/** Agents with their attempts and how those ended. */
const history = (steps: { stepId: string; attempt: number; status: string }[]) =>
  steps.map(({ stepId, attempt, status }) => `${stepId} ${attempt} ${status}`);

describe.concurrent("cancelling", () => {
  it("ends the workload within five seconds", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const runId = await busy(tenant);
    await tenant.client.api.runs.cancel.mutate({ runId });
    await becomes(async () => workloads(platform, runId), [], cancelledWithinMs);
    const { detail } = await settled(platform, { ...tenant, runId, code: "CANCELLED" });
    expect(history(detail.steps)).toEqual(["STEP1 1 cancelled"]);
    await expect(tenant.client.api.runs.restart.mutate({ runId: unique("run_") })).rejects.toThrow();
    expect(await tenant.client.api.runs.cancel.mutate({ runId })).toMatchObject({ status: "cancelled" });
  });

  it("also ends a shell command that is being run, with everything it started", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const seconds = `${100_000 + Math.floor(Math.random() * 900_000)}`;
    const command = `(setsid sleep ${seconds} &) ; sleep ${seconds}`;
    const model = new LLMock({ port: 0 });
    const calls = [{ name: "bash", arguments: JSON.stringify({ command }) }];
    model.addFixture({ match: { predicate: () => true }, response: { content: "I wait.", toolCalls: calls } });
    await model.start();
    const provider = { name: "Own", slug: "own", baseUrl: `${model.url}/v1`, apiKey: "sk-own" };
    await tenant.client.api.settings.createCustomProvider.mutate(provider);
    const runId = await start(tenant, [{ agent: "engineer" }], "custom-own/some-model");
    const sleeping = async () => commandLines().filter((line) => line.startsWith(`sleep ${seconds}`)).length;
    await becomes(sleeping, 2, 60_000);
    await tenant.client.api.runs.cancel.mutate({ runId });
    await becomes(sleeping, 0, cancelledWithinMs);
    await settled(platform, { ...tenant, runId, code: "CANCELLED" });
    await model.stop();
  });

  it("works for a run that has not begun, and not for one that is over", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const { pool } = platform.deps.system;
    await pool.query("UPDATE tenants SET max_concurrent_runs = 0 WHERE id = $1", [tenant.tenantId]);
    const waiting = await start(tenant, [{ agent: "engineer" }]);
    await tenant.client.api.runs.cancel.mutate({ runId: waiting });
    await pool.query("UPDATE tenants SET max_concurrent_runs = 5 WHERE id = $1", [tenant.tenantId]);
    const { detail } = await settled(platform, { ...tenant, runId: waiting, code: "CANCELLED" });
    expect(detail.steps).toEqual([]);
    const done = await start(tenant, [{ agent: "engineer" }], "demo/demo-noop");
    await settled(platform, { ...tenant, runId: done, code: null });
    await expect(tenant.client.api.runs.cancel.mutate({ runId: done })).rejects.toThrow("already completed");
  });

  it("works at every moment of a run", { timeout: 180_000 }, async () => {
    const tenant = await platform.tenant();
    for (const waitMs of [0, 50, 150, 300, 600, 1200]) {
      const runId = await start(tenant, [{ agent: "engineer" }, { agent: "tester" }], "demo/demo-slow-1");
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      await tenant.client.api.runs.cancel.mutate({ runId });
      await settled(platform, { ...tenant, runId, code: "CANCELLED" });
    }
  });
});

it("a cancelled run pushes nothing of what it has committed", { timeout: 120_000 }, async () => {
  const tenant = await platform.tenant();
  const { client } = tenant;
  const repository = await createDemoRepository(join(platform.repositoriesDir, unique("cancelled")));
  const input = { pipelineId: "feature", task: "Make the failing test pass.", repository };
  const { id: runId } = await client.api.runs.create.mutate(input);
  const committed = async () =>
    (await client.api.runs.get.query({ runId })).steps.some(({ commitHash }) => commitHash !== null);
  await becomes(committed, true, 60_000);
  await client.api.runs.cancel.mutate({ runId });
  const { push } = await untilStatus(platform, runId, ["cancelled", "completed"]).then(() =>
    client.api.runs.get.query({ runId }),
  );
  expect(push.status).toBe("none");
  expect(execFileSync("git", ["-C", repository, "branch", "--list", "run/*"], { encoding: "utf8" })).toBe("");
});

describe.concurrent("restarting", () => {
  it("a run begins again with a clean working copy, and keeps its history", { timeout: 180_000 }, async () => {
    const tenant = await platform.tenant();
    const { client } = tenant;
    const runId = await busy(tenant);
    await expect(client.api.runs.restart.mutate({ runId })).rejects.toThrow("still going on");
    await client.api.runs.cancel.mutate({ runId });
    await untilStatus(platform, runId, ["cancelled"]);
    await client.api.runs.update.mutate({ runId, modelOverride: "demo/demo-agent" });
    await client.api.runs.restart.mutate({ runId });
    await untilStatus(platform, runId, ["completed", "failed"]);
    const detail = await client.api.runs.get.query({ runId });
    expect(history(detail.steps)).toEqual(["STEP1 1 cancelled", "STEP1 2 completed"]);
    expect(detail).toMatchObject({ status: "completed", failure: null, stepsCompleted: 1 });
    expect(detail.outputs.result).not.toBe("");
    await becomes(async () => workloads(platform, runId), []);
  });

  it("from one step: the outputs before it stay and are used", { timeout: 180_000 }, async () => {
    const tenant = await platform.tenant();
    const { client } = tenant;
    const repository = await createDemoRepository(join(platform.repositoriesDir, unique("restart")));
    const input = { pipelineId: "feature", task: "Make the failing test pass.", repository };
    const run = await client.api.runs.create.mutate(input);
    const first = await settled(platform, { ...tenant, runId: run.id, code: null });
    const restarted = await client.api.steps.restart.mutate({
      runId: run.id,
      stepId: "REVIEW",
      context: "Look twice.",
    });
    expect(restarted.status).toBe("pending");
    await untilStatus(platform, run.id, ["completed", "failed"]);
    const detail = await client.api.runs.get.query({ runId: run.id });
    expect(history(detail.steps)).toEqual([
      "DESIGN 1 completed",
      "IMPLEMENT 1 completed",
      "REVIEW 1 completed",
      "TEST 1 completed",
      "REVIEW 2 completed",
      "TEST 2 completed",
    ]);
    expect(detail.outputs.design_doc).toBe(first.detail.outputs.design_doc);
    expect(detail.steps[4]).toMatchObject({ humanContext: "Look twice." });
    expect(JSON.stringify(detail.steps[4]?.inputs)).toContain(
      JSON.stringify(first.detail.outputs.summary).slice(1, 80),
    );
    expect(detail).toMatchObject({ stepsCompleted: 4, push: { status: "pushed" } });
    await expect(client.api.steps.restart.mutate({ runId: run.id, stepId: "NO_SUCH" })).rejects.toThrow("not found");
  });

  it("a failed run ends well once its cause is mended", { timeout: 180_000 }, async () => {
    const tenant = await platform.tenant();
    const { client } = tenant;
    const runId = await start(tenant, [{ agent: "engineer" }, { agent: "late-comer" }]);
    await settled(platform, { ...tenant, runId, code: "AGENT_MISSING" });
    await client.api.agents.create.mutate({ name: "Late Comer", slug: "late-comer" });
    await client.api.steps.restart.mutate({ runId, stepId: "STEP2" });
    await untilStatus(platform, runId, ["completed"]);
    const detail = await client.api.runs.get.query({ runId });
    expect(history(detail.steps)).toEqual(["STEP1 1 completed", "STEP2 1 failed", "STEP2 2 completed"]);
  });
});

describe.concurrent("deleting", () => {
  it("takes rows, streams and files with it", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const runId = await start(tenant, [{ agent: "engineer" }], "demo/demo-big-output");
    await settled(platform, { ...tenant, runId, code: null });
    expect((await traces(tenant, runId)).files).not.toEqual([]);
    await tenant.client.api.runs.delete.mutate({ runId });
    await becomes(() => traces(tenant, runId), nothing);
    await expect(tenant.client.api.runs.get.query({ runId })).rejects.toThrow("Run not found");
  });

  it("at once after a cancel leaves nothing either", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const runId = await busy(tenant);
    await expect(tenant.client.api.runs.delete.mutate({ runId })).rejects.toThrow("still going on");
    await tenant.client.api.runs.cancel.mutate({ runId });
    await untilStatus(platform, runId, ["cancelled"]);
    await tenant.client.api.runs.delete.mutate({ runId });
    await becomes(async () => workloads(platform, runId), [], cancelledWithinMs);
    await becomes(() => traces(tenant, runId), nothing);
  });
});

const nothing = { files: [], keys: [], rows: 0 };

/** What there is of a run in files, Redis and Postgres; the record of who deleted it stays. */
async function traces(tenant: Tenant, runId: string) {
  const { redis, system } = platform.deps;
  const paths = tenantPaths(platform.dataDir, tenant.tenantId);
  const folders = [paths.run(runId), paths.ownMirror(runId)].filter((path) => existsSync(path));
  const beside = existsSync(paths.runs) ? readdirSync(paths.runs).filter((name) => name.startsWith(runId)) : [];
  const keys = [tenantKeys.runEvents, tenantKeys.runCommands, tenantKeys.runStatus].map((key) =>
    key(tenant.tenantId, runId),
  );
  const found = await Promise.all(keys.map(async (key) => ((await redis.exists(key)) === 1 ? [key] : [])));
  const { rows } = await system.pool.query(
    `SELECT (SELECT count(*)::int FROM runs WHERE id = $1) + (SELECT count(*)::int FROM steps WHERE run_id = $1)
          + (SELECT count(*)::int FROM sessions WHERE source_id = $1) + (SELECT count(*)::int FROM outputs WHERE run_id = $1)
          + (SELECT count(*)::int FROM api_keys WHERE run_id = $1) AS n`,
    [runId],
  );
  return { files: [...folders, ...beside], keys: found.flat(), rows: rows[0].n };
}
