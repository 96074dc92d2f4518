import { stepRowId } from "@djinnbot/contracts";
import { tenantPipeline } from "@djinnbot/core/tenant-sql";
import { newTenant, testDeps } from "@djinnbot/testing";
import { expect, it } from "vitest";
import { single } from "../test/samples.ts";
import { expireApproval, insertApproval, readApproval } from "./approvals.ts";

it("a question expires while nobody has decided it, and what somebody has decided stays", async () => {
  const deps = await testDeps();
  const { tenantId, services } = await newTenant(deps);
  const yamlContent = single().replace("PIPELINE", "one");
  await services.pipelines.create({ pipelineId: "one", yamlContent } as never);
  const { id: runId } = await services.runs.create({ pipelineId: "one", task: "Ask." });
  let asked = 0;
  const expired = async (status: string) => {
    asked += 1;
    const attempt = asked;
    const id = stepRowId(runId, "GATE", attempt);
    const question = { id, runId, stepId: "GATE", attempt, message: "May it?", who: [], askedAt: 1, expiresAt: 2 };
    await tenantPipeline(deps.db, tenantId, [insertApproval(question)]);
    await deps.system.pool.query("UPDATE approvals SET status = $2, comment = 'Mine.' WHERE id = $1", [id, status]);
    await tenantPipeline(deps.db, tenantId, [expireApproval(id)]);
    return (await readApproval(deps, { tenantId, runId }, id))?.status;
  };
  expect(await expired("pending")).toBe("expired");
  for (const decided of ["approved", "rejected", "cancelled"]) {
    expect(await expired(decided)).toBe(decided);
  }
});
