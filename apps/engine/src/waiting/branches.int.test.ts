import { expect, test } from "vitest";
import { testBed, until } from "../test/bed.ts";
import { testWorkspace } from "../test/host.ts";
import { done, shape } from "../test/samples.ts";

const bed = await testBed();
const split = `id: PIPELINE
name: Splits
version: "1"
agents: [{ id: finn }]
steps:
  - { id: SPLIT, parallel: { branches: [ONE, TWO], join: any }, onComplete: END }
  - { id: ONE, agent: finn }
  - { id: TWO, agent: finn }
  - { id: END, agent: finn }
`;

test("a join that cannot be made fails its step, and asks the branches that still work to end", async () => {
  const tenant = await bed.tenant();
  const merge = async () => ({ conflict: { name: "ONE", files: ["src/a.ts"] } });
  const host = bed.host(async (command) => (command.stepId === "TWO" ? "hang" : done(command)));
  bed.engine(host, { workspace: { ...testWorkspace(), merge } });
  const runId = await bed.start(tenant, split);
  const run = await bed.ended(tenant, runId);
  expect(run).toMatchObject({ status: "failed", failure: { code: "MERGE_CONFLICT" } });
  expect(run.failure?.message).toContain("Branch ONE conflicts with the ones before it in: src/a.ts.");
  expect(shape(run)).toEqual(["SPLIT#1 failed"]);
  const text =
    "SELECT branch, cancel_requested_at IS NOT NULL AS asked FROM runs WHERE parent_run_id = $1 ORDER BY branch";
  const { rows } = await bed.deps.system.pool.query(text, [runId]);
  expect(rows).toEqual([
    { branch: "ONE", asked: false },
    { branch: "TWO", asked: true },
  ]);
  const two = run.branches.find(({ branch }) => branch === "TWO")?.runId ?? "";
  await until(async () => (await tenant.services.runs.get({ runId: two })).status === "cancelled");
});
