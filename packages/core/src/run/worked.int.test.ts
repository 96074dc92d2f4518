/** The time that a list of runs says they worked. */
import { newId } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { newTenant, testDeps } from "@djinnbot/testing";
import { expect, it } from "vitest";

const deps = await testDeps();
const tenant = await newTenant(deps);
type Span = [from: number | null, to: number | null];

async function run(steps: Span[], branches: Span[] = []): Promise<string> {
  const id = newId("run");
  await withTenant(deps.db, tenant.tenantId, async (tx) => {
    const row = { pipelineId: "p", pipelineYaml: "", taskDescription: "t", createdAt: 1, updatedAt: 1 };
    await tx.run.create({ data: { ...row, id } });
    for (const [at, [startedAt, completedAt]] of steps.entries()) {
      const step = { id: `${id}_${at}`, runId: id, stepId: `S${at}`, sequence: at + 1, agentId: "ada" };
      await tx.step.create({ data: { ...step, status: "queued", startedAt, completedAt } });
    }
    for (const [at, [startedAt, completedAt]] of branches.entries()) {
      const branch = { id: newId("run"), parentRunId: id, branch: `B${at}`, startedAt, completedAt };
      await tx.run.create({ data: { ...row, ...branch } });
    }
  });
  return id;
}

it("is that of their executions and branches, without what lies between and nothing twice", async () => {
  const cases: [string, [number | null, number | null]][] = [
    [await run([]), [null, null]],
    [await run([[null, null]]), [null, null]],
    [
      await run([
        [0, 2600],
        [1_096_000, 1_096_400],
      ]),
      [3000, null],
    ],
    [
      await run(
        [
          [0, 1000],
          [null, null],
        ],
        [
          [500, 3000],
          [600, 2000],
        ],
      ),
      [3000, null],
    ],
    [await run([[5, 5]]), [0, null]],
    [
      await run([
        [0, 1000],
        [5000, null],
      ]),
      [1000, 5000],
    ],
    // What another still works on counts to its end only.
    [
      await run([
        [0, 4000],
        [1000, null],
      ]),
      [4000, 4000],
    ],
    [
      await run([
        [0, null],
        [100, 300],
      ]),
      [0, 0],
    ],
  ];
  const { items } = await tenant.services.runs.list({ limit: 200 });
  const found = new Map(items.map(({ id, workedMs, workingSince }) => [id, [workedMs, workingSince]]));
  expect(cases.map(([id]) => found.get(id))).toEqual(cases.map(([, worked]) => worked));
});
