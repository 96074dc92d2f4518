import { openRunStatuses, type Run, type RunDetail } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { newTenant, type TestDeps, type TestTenant, testDeps } from "@djinnbot/testing";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
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

const start = (task = "Task", pipelineId = "sample"): Promise<Run> => tenant.services.runs.create({ pipelineId, task });
const set = (runId: string, status: string, createdAt: number | null = null) =>
  deps.system.pool.query("UPDATE runs SET status = $2, created_at = COALESCE($3, created_at) WHERE id = $1", [
    runId,
    status,
    createdAt,
  ]);
const ids = async (input: Parameters<TestTenant["services"]["runs"]["list"]>[0]) =>
  (await tenant.services.runs.list(input)).items.map(({ id }) => id);
const addStep = (runId: string, step: { stepId: string; agentId: string; status: string; sequence: number }) =>
  withTenant(deps.db, tenant.tenantId, (tx) =>
    tx.step.create({ data: { id: `${runId}_${step.stepId}`, runId, queuedAt: 1, ...step } }),
  );
/** A finished run with one completed step and its output. */
async function finished(): Promise<Run> {
  const run = await start();
  await addStep(run.id, { stepId: "BUILD", agentId: "builder", status: "completed", sequence: 1 });
  await withTenant(deps.db, tenant.tenantId, (tx) =>
    tx.output.create({ data: { runId: run.id, key: "summary", stepId: "BUILD", value: "done", updatedAt: 1 } }),
  );
  await set(run.id, "failed");
  return run;
}

describe("the overview", () => {
  it("counts what is open and puts equal failures together, the old ones left out", async () => {
    const fail = async (task: string, at: number, code: string | null) => {
      const run = await start(task);
      await deps.system.pool.query(
        "UPDATE runs SET status = 'failed', failure_code = $2, completed_at = $3 WHERE id = $1",
        [run.id, code, at],
      );
    };
    const [now, day] = [Date.now(), 24 * 3600 * 1000];
    await start("Open");
    await set((await start("Busy")).id, "running");
    await fail("First", now - day, "STEP_TIMEOUT");
    await fail("Second", now - 2000, "STEP_TIMEOUT");
    await fail("Other", now - 1000, null);
    await fail("Long ago", now - 8 * day, "AGENT_FAILED");
    const { counts, failures } = await tenant.services.runs.overview({});
    expect(counts).toEqual({ pending: 1, running: 1, waiting: 0, paused: 0 });
    expect(failures.map(({ code, count, latest }) => [code, count, latest.task])).toEqual([
      [null, 1, "Other"],
      ["STEP_TIMEOUT", 2, "Second"],
    ]);
  });
});

describe("the list", () => {
  it("filters by status, pipeline, agent and text", async () => {
    await tenant.services.pipelines.clone({ pipelineId: "sample", id: "second" });
    const [a, b] = [await start("Paint the FENCE"), await start("Mow the lawn", "second")];
    await set(b.id, "failed");
    await addStep(b.id, { stepId: "BUILD", agentId: "builder", status: "failed", sequence: 1 });
    expect(await ids({ status: "failed" })).toEqual([b.id]);
    expect(await ids({ status: "pending" })).toEqual([a.id]);
    expect(await ids({ pipelineId: "second" })).toEqual([b.id]);
    expect(await ids({ agentId: "builder" })).toEqual([b.id]);
    expect(await ids({ agentId: "nobody" })).toEqual([]);
    expect(await ids({ search: "fence" })).toEqual([a.id]);
    expect(await ids({ search: "SECOND" })).toEqual([b.id]);
    expect(await ids({ search: a.id })).toEqual([a.id]);
    expect(await ids({ search: "100%" })).toEqual([]);
    expect(await ids({ search: "the", status: "failed", pipelineId: "sample" })).toEqual([]);
  });

  it("pages without repeat or gap, also when many runs have one time and one is added meanwhile", async () => {
    const made = await Promise.all(Array.from({ length: 7 }, () => start()));
    await Promise.all(made.map(({ id }, at) => set(id, "completed", at < 5 ? 5000 : 1000 + at)));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await tenant.services.runs.list({ limit: 2, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
      await start("Newer than the first page");
    } while (cursor !== undefined);
    expect([...seen].sort()).toEqual(made.map(({ id }) => id).sort());
    await expect(tenant.services.runs.list({ cursor: "nonsense" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  it("shows another tenant nothing", async () => {
    const run = await start();
    const other = await newTenant(deps);
    expect((await other.services.runs.list({})).items).toEqual([]);
    await expect(other.services.runs.get({ runId: run.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("deleteMany", () => {
  it("deletes finished runs that are older, and nobody else's", async () => {
    const [old, edge, open, failed] = [await start(), await start(), await start(), await start()];
    await Promise.all([
      set(old.id, "completed", 1000),
      set(edge.id, "completed", 2000),
      set(open.id, "running", 1000),
      set(failed.id, "failed", 1500),
    ]);
    const other = await newTenant(deps);
    expect(await other.services.runs.deleteMany({ before: 2000 })).toMatchObject({ count: 0 });
    expect(await tenant.services.runs.deleteMany({ before: 2000, status: "failed" })).toMatchObject({ count: 1 });
    expect((await ids({})).sort()).toEqual([old.id, edge.id, open.id].sort());
    expect(await tenant.services.runs.deleteMany({ before: 2000 })).toMatchObject({ count: 1 });
    expect((await ids({})).sort()).toEqual([edge.id, open.id].sort());
  });

  it("refuses open states and no condition at all", async () => {
    const run = await start();
    for (const input of [{}, ...openRunStatuses.map((status) => ({ status, before: Date.now() + 1000 }))]) {
      await expect(tenant.services.runs.deleteMany(input)).rejects.toMatchObject({ code: "BAD_REQUEST" });
    }
    await expect(tenant.services.runs.delete({ runId: run.id })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await ids({})).toEqual([run.id]);
  });
});

describe("running again", () => {
  const shape = ({ status, outputs, failure, steps }: RunDetail) => ({
    status,
    outputs,
    failure,
    steps: steps.map(({ stepId, attempt, status: state }) => `${stepId} ${attempt} ${state}`),
  });

  it("from the start makes a new attempt, keeps the old one and clears the outputs", async () => {
    const run = await finished();
    const again = await tenant.services.runs.restart({ runId: run.id, context: "Mind the tests" });
    expect(shape(again)).toEqual({
      status: "pending",
      outputs: {},
      failure: null,
      steps: ["BUILD 1 completed", "BUILD 2 queued"],
    });
    expect(again.steps[1]?.humanContext).toBe("Mind the tests");
    await expect(tenant.services.runs.restart({ runId: run.id })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("from a step keeps the outputs before it", async () => {
    const run = await finished();
    const again = await tenant.services.steps.restart({ runId: run.id, stepId: "CHECK" });
    expect(shape(again)).toEqual({
      status: "pending",
      outputs: { summary: "done" },
      failure: null,
      steps: ["BUILD 1 completed", "CHECK 1 queued"],
    });
    await set(run.id, "failed");
    await expect(tenant.services.steps.restart({ runId: run.id, stepId: "NONE" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  it("happens once when two ask at the same moment", async () => {
    const run = await finished();
    const answers = await Promise.allSettled([1, 2, 3].map(() => tenant.services.runs.restart({ runId: run.id })));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("a part of another run", () => {
  const part = async (parent: Run, branch: string | null) => {
    const run = await finished();
    await deps.system.pool.query("UPDATE runs SET parent_run_id = $2, branch = $3 WHERE id = $1", [
      run.id,
      parent.id,
      branch,
    ]);
    return run.id;
  };

  it("is neither deleted nor restarted alone, and says whose part it is", async () => {
    const parent = await start();
    const refusals = async (runId: string) => {
      const { runs, steps } = tenant.services;
      const asked = [runs.delete({ runId }), runs.restart({ runId }), steps.restart({ runId, stepId: "BUILD" })];
      return Promise.all(asked.map((one) => one.catch(({ code, message }) => `${code} ${message}`)));
    };
    const branch = `CONFLICT This is a branch of the run ${parent.id}`;
    expect(await refusals(await part(parent, "BUILD"))).toEqual([
      `${branch}; it goes with that.`,
      `${branch}. Restart the parallel step there.`,
      `${branch}. Restart the parallel step there.`,
    ]);
    const executor = `CONFLICT This is the run of an executor that the run ${parent.id} has called`;
    expect(await refusals(await part(parent, null))).toEqual([
      `${executor}; it goes with that.`,
      `${executor}. Restart the step that called it there.`,
      `${executor}. Restart the step that called it there.`,
    ]);
  });
});

describe("cancelling", () => {
  it("ends a run that no engine took, and is fine twice", async () => {
    const run = await start();
    await addStep(run.id, { stepId: "BUILD", agentId: "builder", status: "queued", sequence: 1 });
    const wanted = { runId: run.id, status: "cancelled" };
    expect(await tenant.services.runs.cancel({ runId: run.id })).toEqual(wanted);
    expect(await tenant.services.runs.cancel({ runId: run.id })).toEqual(wanted);
    const after = await tenant.services.runs.get({ runId: run.id });
    const message = expect.stringMatching(/^(?!Somebody).+ cancelled the run\.$/);
    expect(after).toMatchObject({ status: "cancelled", failure: { code: "CANCELLED", message } });
    expect(after.completedAt).not.toBeNull();
    expect(after.steps[0]?.status).toBe("cancelled");
  });

  it("of a run that an engine holds asks the engine, and refuses one that ended", async () => {
    const run = await start();
    await set(run.id, "running");
    await tenant.services.runs.cancel({ runId: run.id });
    expect((await tenant.services.runs.get({ runId: run.id })).status).toBe("running");
    const { rows } = await deps.system.pool.query("SELECT cancel_requested_at AS at FROM runs WHERE id = $1", [run.id]);
    expect(Number(rows[0]?.at)).toBeGreaterThan(0);
    await set(run.id, "completed");
    await expect(tenant.services.runs.cancel({ runId: run.id })).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("the plan", () => {
  it("names the pipeline's steps in their order, as they stood when the run started", async () => {
    const run = await start();
    const { plan } = await tenant.services.runs.get({ runId: run.id });
    expect(plan[0]).toMatchObject({ stepId: "BUILD", agentId: "builder", kind: "agent", results: [] });
    expect(plan).toHaveLength(run.stepsTotal);
  });
});
