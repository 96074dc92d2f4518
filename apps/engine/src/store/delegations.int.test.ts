import { newId } from "@djinnbot/contracts";
import { type Statement, tenantPipeline } from "@djinnbot/core/tenant-sql";
import { newTenant, type TestDeps, type TestTenant, testDeps } from "@djinnbot/testing";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { LostRun } from "../lib/errors.ts";
import { single } from "../test/samples.ts";
import { cancelChildren } from "./child-runs.ts";
import { endDelegation, moveTasks, readDelegations, unlessCancelled } from "./delegations.ts";
import { TransitionWriter } from "./transition-writer.ts";

let deps: TestDeps;
let tenant: TestTenant;
beforeAll(async () => {
  deps = await testDeps();
});
beforeEach(async () => {
  tenant = await newTenant(deps);
  const yamlContent = single().replace("PIPELINE", "one");
  await tenant.services.pipelines.create({ pipelineId: "one", yamlContent } as never);
});

const newRun = async () => (await tenant.services.runs.create({ pipelineId: "one", task: "Work." })).id;

/** A run that the second engine holds, which waits for one executor. */
async function delegated() {
  const [runId, executor] = [await newRun(), await newRun()];
  const [stepRow, id] = [`${runId}_WORK`, newId("delegation")];
  await tenantPipeline(deps.db, tenant.tenantId, [
    { text: "UPDATE runs SET status = 'waiting', lease_epoch = 2 WHERE id = $1", values: [runId] },
    { text: "UPDATE runs SET parent_run_id = $1 WHERE id = $2", values: [runId, executor] },
    {
      text: `INSERT INTO delegations (id, run_id, step_row, step_id, attempt, agent, kind, max_concurrent, cancel_requested_at, created_at, updated_at)
       VALUES ($1, $2, $3, 'WORK', 1, 'finn', 'swarm', 1, 1, 1, 1)`,
      values: [id, runId, stepRow],
    },
    {
      text: `INSERT INTO delegation_tasks (delegation_id, key, position, title, prompt, timeout_seconds, run_id, status, started_at)
       VALUES ($1, 'task', 0, 'Task', 'Do it.', 60, $2, 'running', 1)`,
      values: [id, executor],
    },
  ]);
  const writer = new TransitionWriter(deps);
  /** An engine of this epoch writes them. */
  const write = (epoch: number, also: Statement[]) =>
    writer.write({ tenantId: tenant.tenantId, runId, epoch }, { messages: [], also });
  /** Everything that an engine can say about it. */
  const change = [
    ...moveTasks(id, [{ key: "task", status: "failed", error: "It broke." }], 5),
    endDelegation({ id, status: "failed", error: "It broke." }, 5),
    cancelChildren(runId, { runIds: [executor] }),
  ];
  const state = async () => {
    const [one] = await readDelegations(deps, { tenantId: tenant.tenantId, runId }, stepRow);
    const [task] = one?.tasks ?? [];
    const text = "SELECT id, status, cancel_requested_at FROM runs WHERE id = ANY($1)";
    const { rows } = await deps.system.pool.query(text, [[runId, executor]]);
    const of = (wanted: string) => rows.find((row) => row.id === wanted);
    return {
      delegation: one?.status,
      task: [task?.status, task?.error, task?.completedAt],
      executorAsked: of(executor)?.cancel_requested_at !== null,
      run: of(runId)?.status,
    };
  };
  return { runId, stepRow, write, change, state };
}
const untouched = { delegation: "running", task: ["running", null, null], executorAsked: false, run: "waiting" };

it("an engine that has lost the run moves nothing of its delegations, the one that has it does", async () => {
  const { write, change, state } = await delegated();
  for (const epoch of [1, 3]) {
    for (const statement of change) {
      await expect(write(epoch, [statement])).rejects.toThrow(LostRun);
      expect(await state()).toEqual(untouched);
    }
  }
  await write(2, change);
  expect(await state()).toEqual({
    ...{ delegation: "failed", task: ["failed", "It broke.", 5], executorAsked: true, run: "waiting" },
  });
});

it("a run whose delegation was cancelled meanwhile does not wait, if its engine still has it", async () => {
  const { runId, stepRow, write, state } = await delegated();
  await expect(write(1, [unlessCancelled(runId, stepRow)])).rejects.toThrow(LostRun);
  expect(await state()).toEqual(untouched);
  await write(2, [unlessCancelled(runId, stepRow)]);
  expect(await state()).toEqual({ ...untouched, run: "pending" });
});
