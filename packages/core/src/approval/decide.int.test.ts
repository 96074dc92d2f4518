import { withTenant } from "@djinnbot/db";
import { newTenant, type TestDeps, testDeps } from "@djinnbot/testing";
import { beforeAll, expect, it } from "vitest";
import { soundPipeline } from "../pipeline-language/sample.test-data.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
});

/** A run that waits for an answer, with no engine there that could notice the time. */
async function asked({ expiresAt }: { expiresAt: number | null }) {
  const tenant = await newTenant(deps);
  await tenant.services.pipelines.create({ yamlContent: soundPipeline });
  const { id: runId } = await tenant.services.runs.create({ pipelineId: "sample", task: "Ask first." });
  const approvalId = `${runId}_GATE`;
  await withTenant(deps.db, tenant.tenantId, async (tx) => {
    await tx.run.update({ where: { id: runId }, data: { status: "waiting" } });
    await tx.approval.create({
      data: { id: approvalId, runId, stepId: "GATE", attempt: 1, message: "May it?", createdAt: 1, expiresAt },
    });
  });
  const decide = (decision: "approve" | "reject") => tenant.services.approvals.decide({ approvalId, decision });
  const state = async () => {
    const { items } = await tenant.services.approvals.list({ runId });
    return [items[0]?.status, (await tenant.services.runs.get({ runId })).status];
  };
  return { decide, state };
}

it("is too late after the question's time, also while nobody has noted that it is over", async () => {
  const { decide, state } = await asked({ expiresAt: Date.now() - 1 });
  for (const decision of ["approve", "reject"] as const) {
    await expect(decide(decision)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("its time is over"),
    });
  }
  expect(await state()).toEqual(["pending", "waiting"]);
});

it("wakes the run before that, and where the question has no time", async () => {
  for (const expiresAt of [Date.now() + 3_600_000, null]) {
    const { decide, state } = await asked({ expiresAt });
    expect(await decide("approve")).toMatchObject({ status: "approved" });
    expect(await state()).toEqual(["approved", "pending"]);
  }
});
