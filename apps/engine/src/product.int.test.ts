/** The product's main job without its pages: pipelines on real repositories, by real workloads, through the typed client and REST. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { RunEvent } from "@djinnbot/contracts";
import { testBackends } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { afterAll, describe, expect, it } from "vitest";
import { startPlatform, tail } from "./testing/platform.ts";

const platform = await startPlatform({ backends: await testBackends() });
afterAll(() => platform.stop());
const engineLog = () => platform.engines.map((engine) => tail(engine)).join("\n");

describe("product", () => {
  it("runs the feature pipeline on a git repository, live, and leaves the commits on a branch whose tests pass", {
    timeout: 120_000,
  }, async () => {
    const { client } = await platform.tenant();
    const repository = await createDemoRepository(join(platform.repositoriesDir, "parcel-quote"));
    const run = await client.api.runs.create.mutate({
      pipelineId: "feature",
      task: "Make the failing test pass.",
      repository,
    });
    const seen: RunEvent[] = [];
    for await (const event of client.runs.follow(run.id, { signal: AbortSignal.timeout(110_000) })) {
      seen.push(event);
    }
    const types = new Set(seen.map((event) => event.type));
    const detail = await client.api.runs.get.query({ runId: run.id });
    expect(detail.status, `${JSON.stringify(detail.failure)}\n${engineLog()}`).toBe("completed");
    for (const type of [
      "RUN_CREATED",
      "STEP_STARTED",
      "STEP_OUTPUT",
      "TOOL_CALL_START",
      "TOOL_CALL_END",
      "STEP_COMPLETE",
      "USAGE",
      "RUN_COMPLETE",
    ] as const) {
      expect(types, type).toContain(type);
    }
    expect(new Set(seen.map((event) => event.id)).size).toBe(seen.length);
    expect(detail.steps.map((step) => `${step.stepId} ${step.status}`)).toEqual([
      "DESIGN completed",
      "IMPLEMENT completed",
      "REVIEW completed",
      "TEST completed",
    ]);
    expect(detail.push.status).toBe("pushed");
    expect(detail.inputTokens).toBeGreaterThan(0);
    const log = execFileSync("git", ["-C", repository, "log", "--format=%an: %s", `run/${run.id}`], {
      encoding: "utf8",
    });
    expect(log).toMatch(/Tova: /);
    const checkout = join(platform.dataDir, "checkout");
    execFileSync("git", ["clone", "-q", "--branch", `run/${run.id}`, repository, checkout]);
    execFileSync(process.execPath, ["--test", "test/quote.js"], { cwd: checkout, stdio: "pipe" });
    const logs = await client.api.runs.logs.query({ runId: run.id });
    expect(logs.length).toBeGreaterThanOrEqual(seen.length - 2);
  });
});
