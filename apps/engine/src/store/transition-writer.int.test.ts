import { newId, stepRowId } from "@djinnbot/contracts";
import { newTenant, type TestDeps, type TestTenant, testDeps } from "@djinnbot/testing";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { LostRun, StaleState } from "../lib/errors.ts";
import { single } from "../test/samples.ts";
import type { HeldKey } from "./claim.ts";
import type { Change, NewStep, StepEnd } from "./transition.ts";
import { TransitionWriter } from "./transition-writer.ts";

type Transition = HeldKey & Change;
let deps: TestDeps;
let tenant: TestTenant;
let writer: TransitionWriter;
beforeAll(async () => {
  deps = await testDeps();
});
beforeEach(async () => {
  tenant = await newTenant(deps);
  await tenant.services.agents.create({ name: "finn", slug: "finn" });
  await tenant.services.pipelines.create({
    pipelineId: "one",
    yamlContent: single().replace("PIPELINE", "one"),
  } as never);
  writer = new TransitionWriter(deps);
});

const newRun = async () => (await tenant.services.runs.create({ pipelineId: "one", task: "Work." })).id;
const change = (runId: string, parts: Partial<Transition> = {}): Transition => ({
  tenantId: tenant.tenantId,
  runId,
  epoch: 0,
  messages: [],
  ...parts,
});
const step = (runId: string): NewStep => ({
  ...{
    id: stepRowId(runId, "WORK", 1),
    stepId: "WORK",
    attempt: 1,
    kind: "agent",
    sequence: 1,
    agentId: "finn",
    status: "running",
  },
  ...{ retryCount: 0, maxRetries: 0, humanContext: null, queuedAt: Date.now() },
});
const end = (runId: string, from: StepEnd["from"] = ["running"]): StepEnd => ({
  ...{ id: stepRowId(runId, "WORK", 1), from, status: "completed", stepId: "WORK", outputs: { result: "fine" } },
  ...{ summary: null, error: null, failureCode: null, commitHash: null, commitMessage: null },
});
const outcomes = async (changes: Transition[]) =>
  (await Promise.allSettled(changes.map((one) => writer.write(one, one)))).map((outcome) =>
    outcome.status === "fulfilled" ? "written" : (outcome.reason as Error).constructor,
  );

describe("TransitionWriter", () => {
  it("writes the changes of many runs that come together, each once", async () => {
    const runs = await Promise.all(Array.from({ length: 30 }, newRun));
    expect(new Set(await outcomes(runs.map((id) => change(id, { add: step(id) }))))).toEqual(new Set(["written"]));
    await outcomes(runs.map((id) => change(id, { end: end(id), run: { stepsCompleted: 1 } })));
    const { rows } = await deps.system.pool.query(
      `SELECT s.run_id, s.status, r.steps_completed AS done, o.value FROM steps s JOIN runs r ON r.id = s.run_id
       JOIN outputs o ON o.run_id = s.run_id WHERE s.tenant_id = $1`,
      [tenant.tenantId],
    );
    expect(rows.map((row) => row.run_id).toSorted()).toEqual(runs.toSorted());
    expect(new Set(rows.map((row) => `${row.status} ${row.done} ${row.value}`))).toEqual(new Set(["completed 1 fine"]));
  });

  it("lets one change fail without the others that travel with it", async () => {
    const [first, lost, stale, refused, last] = (await Promise.all(Array.from({ length: 5 }, newRun))) as [
      string,
      string,
      string,
      string,
      string,
    ];
    await outcomes([first, stale, last].map((id) => change(id, { add: step(id) })));
    const found = await outcomes([
      change(first, { end: end(first) }),
      change(lost, { epoch: 7, add: step(lost) }),
      change(stale, { end: end(stale, ["queued"]) }),
      change(refused, { add: { ...step(refused), sequence: null as never } }),
      change(newId("run"), {}),
      change(last, { end: end(last) }),
    ]);
    expect(found.toSpliced(3, 1)).toEqual(["written", LostRun, StaleState, LostRun, "written"]);
    expect(found[3]).not.toBe("written");
    const { rows } = await deps.system.pool.query("SELECT run_id, status FROM steps WHERE tenant_id = $1", [
      tenant.tenantId,
    ]);
    expect(Object.fromEntries(rows.map((row) => [row.run_id, row.status]))).toEqual({
      ...{ [first]: "completed", [stale]: "running", [last]: "completed" },
    });
  });

  it("writes what goes with a change if the run is held and open, and else nothing of it", async () => {
    const [runId, over] = [await newRun(), await newRun()];
    await deps.system.pool.query("UPDATE runs SET status = 'completed' WHERE id = $1", [over]);
    const accompanied = (id: string, epoch: number) =>
      change(id, {
        epoch,
        also: ["first", "second"].map((key) => ({
          text: "INSERT INTO outputs (run_id, key, step_id, value, updated_at) VALUES ($1, $2, 'WORK', 'x', 1)",
          values: [id, key],
        })),
      });
    expect(await outcomes([accompanied(runId, 1), accompanied(over, 0), accompanied(newId("run"), 0)])).toEqual([
      ...[LostRun, LostRun, LostRun],
    ]);
    const written = async () => {
      const { rows } = await deps.system.pool.query("SELECT run_id, key FROM outputs WHERE tenant_id = $1", [
        tenant.tenantId,
      ]);
      return rows.map((row) => `${row.run_id} ${row.key}`).toSorted();
    };
    expect(await written()).toEqual([]);
    expect(await outcomes([accompanied(runId, 0)])).toEqual(["written"]);
    expect(await written()).toEqual([`${runId} first`, `${runId} second`]);
  });

  it("lets a lost change fail with what goes with it, and nothing of the others that come at the same time", async () => {
    const [first, lost, last] = await Promise.all([newRun(), newRun(), newRun()]);
    const value = (id: string) => ({
      text: "INSERT INTO outputs (run_id, key, step_id, value, updated_at) VALUES ($1, 'key', 'WORK', 'x', 1)",
      values: [id],
    });
    const of = (id: string, epoch: number) => change(id, { epoch, add: step(id), also: [value(id)] });
    expect(await outcomes([change(first, { add: step(first) }), of(lost, 1), of(last, 0)])).toEqual([
      ...["written", LostRun, "written"],
    ]);
    const { rows } = await deps.system.pool.query(
      "SELECT s.run_id, o.key FROM steps s LEFT JOIN outputs o ON o.run_id = s.run_id WHERE s.tenant_id = $1",
      [tenant.tenantId],
    );
    expect(new Map(rows.map((row) => [row.run_id, row.key]))).toEqual(
      new Map([
        [first, null],
        [last, "key"],
      ]),
    );
  });

  it("pauses no run whose pause was taken back", async () => {
    const [asked, back] = [await newRun(), await newRun()];
    await deps.system.pool.query("UPDATE runs SET pause_requested_at = 1 WHERE id = $1", [asked]);
    const pause = (id: string) => change(id, { run: { status: "paused", pauseRequestedAt: null } });
    expect(await outcomes([pause(asked), pause(back)])).toEqual(["written", StaleState]);
    const statusOf = async (runId: string) => (await tenant.services.runs.get({ runId })).status;
    expect([await statusOf(asked), await statusOf(back)]).toEqual(["paused", "pending"]);
  });

  it("changes no run of another tenant", async () => {
    const other = await newTenant(deps);
    const runId = await newRun();
    expect(await outcomes([{ ...change(runId, { add: step(runId) }), tenantId: other.tenantId }])).toEqual([LostRun]);
    expect((await tenant.services.runs.get({ runId })).steps).toEqual([]);
  });
});
