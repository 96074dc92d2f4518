import { type DelegationStatus, newId } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { newTenant, type TestDeps, type TestTenant, testDeps } from "@djinnbot/testing";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { soundPipeline } from "../pipeline-language/sample.test-data.ts";

let deps: TestDeps;
let tenant: TestTenant;
beforeAll(async () => {
  deps = await testDeps();
});
beforeEach(async () => {
  tenant = await newTenant(deps);
  await tenant.services.pipelines.create({ yamlContent: soundPipeline });
});

/** A run whose step is in this state, with its delegations from the oldest to the newest; answers their ids. */
async function delegated(stepStatus: string, ...statuses: DelegationStatus[]) {
  const { id: runId } = await tenant.services.runs.create({ pipelineId: "sample", task: "Delegate." });
  const stepRow = `${runId}_BUILD`;
  const rows = statuses.map((status, index) => ({
    ...{
      id: newId("delegation"),
      runId,
      stepRow,
      stepId: "BUILD",
      attempt: 1,
      agent: "builder",
      kind: "swarm",
      status,
    },
    ...{ maxConcurrent: 1, createdAt: index + 1, updatedAt: 1 },
  }));
  await withTenant(deps.db, tenant.tenantId, async (tx) => {
    await tx.run.update({ where: { id: runId }, data: { status: "waiting" } });
    await tx.step.create({
      data: { id: stepRow, runId, stepId: "BUILD", agentId: "builder", status: stepStatus, sequence: 1 },
    });
    await tx.delegation.createMany({ data: rows });
  });
  return { runId, ids: rows.map(({ id }) => id) };
}
const listed = async (input: { runId?: string; status?: DelegationStatus }) =>
  (await tenant.services.delegations.list(input)).swarms.map(({ swarmId, status }) => [swarmId, status]);

it("lists those that run, however many newer ones are over", async () => {
  const { runId, ids } = await delegated("waiting", "running", ...Array<DelegationStatus>(100).fill("completed"));
  expect(await listed({ runId, status: "running" })).toEqual([[ids[0], "running"]]);
  expect(await listed({ status: "running" })).toEqual([[ids[0], "running"]]);
  expect(await listed({ runId })).toHaveLength(100);
  expect(await listed({ runId, status: "completed" })).toHaveLength(100);
  expect(await listed({ runId, status: "failed" })).toEqual([]);
});

it("lists one that was given up with the cancelled ones, as it is shown", async () => {
  const waits = await delegated("waiting", "running");
  const { runId, ids } = await delegated("failed", "running", "cancelled");
  const over = [
    [ids[1], "cancelled"],
    [ids[0], "cancelled"],
  ];
  expect(await listed({ runId })).toEqual(over);
  expect(await listed({ runId, status: "cancelled" })).toEqual(over);
  expect(await listed({ status: "cancelled" })).toEqual(over);
  expect(await listed({ runId, status: "running" })).toEqual([]);
  expect(await listed({ status: "running" })).toEqual([[waits.ids[0], "running"]]);
  await deps.system.pool.query("UPDATE runs SET status = 'cancelled' WHERE id = $1", [waits.runId]);
  expect(await listed({ status: "running" })).toEqual([]);
});
