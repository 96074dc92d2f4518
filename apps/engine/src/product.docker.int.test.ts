/** The product's main job with workloads in containers: the same pipeline, the same repository, the same green branch. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { testBackends, unique } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import type {} from "@djinnbot/testing/provided";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ensureBuilt } from "../../../scripts/start/build.ts";
import { paths } from "../../../scripts/start/paths.ts";
import { type Platform, startPlatform } from "./testing/platform.ts";
import { becomes, lineOf, runEvents, settled } from "./testing/watch.ts";
import { buildRuntimeImage } from "./workload/testing/build-image.ts";

const engine = inject("docker");
const isSkipped = "skip" in engine;
const image = "djinnbot-runtime:product-test";
const backends = await testBackends();
const docker = new Docker(isSkipped ? {} : { socketPath: engine.socket });
let platform: Platform;

beforeAll(async () => {
  if (isSkipped) {
    return;
  }
  await ensureBuilt(["runtime"], { log: () => undefined });
  await buildRuntimeImage({ docker, bundle: paths.runtimeBundle, tag: image });
  platform = await startPlatform({
    backends,
    engineEnv: { DEPLOYMENT_MODE: "docker", RUNTIME_IMAGE: image, DOCKER_HOST: `unix://${engine.socket}` },
  });
});
afterAll(() => platform?.stop());

/** Containers of a run, running or not. */
async function containers(runId: string): Promise<string[]> {
  const found = await docker.listContainers({ all: true, filters: { label: [`djinnbot.run=${runId}`] } });
  return found.map(({ State, Image }) => `${Image} ${State}`);
}

describe.skipIf(isSkipped)("product in containers", () => {
  it("runs the feature pipeline, and leaves a branch whose tests pass and no container", {
    timeout: 300_000,
  }, async () => {
    const tenant = await platform.tenant();
    const repository = await createDemoRepository(join(platform.repositoriesDir, "parcel-quote"));
    const input = { pipelineId: "feature", task: "Make the failing test pass.", repository };
    const run = await tenant.client.api.runs.create.mutate(input);
    const seen = new Set<string>();
    for await (const event of tenant.client.runs.follow(run.id, { signal: AbortSignal.timeout(280_000) })) {
      seen.add(event.type);
    }
    const { detail } = await settled(platform, { ...tenant, runId: run.id, code: null });
    expect([...seen]).toEqual(
      expect.arrayContaining(["CONTAINER_READY", "STEP_OUTPUT", "TOOL_CALL_END", "RUN_COMPLETE"]),
    );
    expect(detail.steps.map(({ stepId, status }) => `${stepId} ${status}`)).toEqual([
      "DESIGN completed",
      "IMPLEMENT completed",
      "REVIEW completed",
      "TEST completed",
    ]);
    expect(detail.push.status).toBe("pushed");
    const checkout = join(platform.dataDir, "checkout");
    execFileSync("git", ["clone", "-q", "--branch", `run/${run.id}`, repository, checkout]);
    execFileSync(process.execPath, ["--test", "test/quote.js"], { cwd: checkout, stdio: "pipe" });
    await becomes(() => containers(run.id), []);
  });

  it("a cancelled run's container is gone within five seconds", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const yamlContent = lineOf(unique("p"), [{ agent: "engineer" }]);
    const { id: pipelineId } = await tenant.client.api.pipelines.create.mutate({ yamlContent });
    const input = { pipelineId, task: "Do it.", modelOverride: "demo/demo-slow" };
    const { id, tenantId } = await tenant.client.api.runs.create.mutate(input);
    const speaks = async () => (await runEvents(platform, { id, tenantId })).some(({ type }) => type === "STEP_OUTPUT");
    await becomes(speaks, true, 60_000);
    expect(await containers(id)).toEqual([`${image} running`]);
    await tenant.client.api.runs.cancel.mutate({ runId: id });
    await becomes(() => containers(id), [], 5000);
    await settled(platform, { ...tenant, runId: id, code: "CANCELLED" });
  });
});
