// Events of a run and of its steps, from the transcript and the stream together.
import { newId } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { envelop, publish, runEvents } from "@djinnbot/events";
import { newTenant, type TestDeps, type TestTenant, testDeps, unique } from "@djinnbot/testing";
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

const start = () => tenant.services.runs.create({ pipelineId: "sample", task: "Task" });
const addStep = (runId: string, step: { stepId: string; agentId: string; status: string; sequence: number }) =>
  withTenant(deps.db, tenant.tenantId, (tx) =>
    tx.step.create({ data: { id: `${runId}_${step.stepId}`, runId, queuedAt: 1, ...step } }),
  );

describe("logs", () => {
  const chunks = (events: Record<string, unknown>[]) =>
    events.flatMap(({ chunk }) => (chunk === undefined ? [] : [chunk]));
  const marks = async (runId: string) => chunks(await tenant.services.runs.logs({ runId }));
  const event = (runId: string, chunk: string) =>
    envelop(tenant.caller, { type: "STEP_OUTPUT", runId, stepId: "BUILD", attempt: 1, chunk });

  /** A run with a session and an empty stream; `store` writes into its transcript. */
  async function staged() {
    const run = await start();
    const address = { tenantId: tenant.tenantId, runId: run.id };
    await deps.redis.del(runEvents.key(address));
    const sessionId = newId("session");
    await withTenant(deps.db, tenant.tenantId, (tx) =>
      tx.session.create({
        data: { id: sessionId, agentId: "builder", source: "pipeline", sourceId: run.id, createdAt: 1 },
      }),
    );
    const store = (streamId: string, chunk: string) =>
      withTenant(deps.db, tenant.tenantId, (tx) =>
        tx.sessionEvent.create({
          data: {
            id: unique("sev_"),
            sessionId,
            streamId,
            eventType: "STEP_OUTPUT",
            timestamp: Number(streamId.split("-")[0]),
            data: event(run.id, chunk),
          },
        }),
      );
    const tell = (chunk: string) => publish(deps.redis, runEvents, address, event(run.id, chunk));
    return { runId: run.id, address, store, tell };
  }

  it("come from the transcript when the stream is gone, and are not repeated while both have them", async () => {
    const { runId, address, store, tell } = await staged();
    await store("1000-0", "one");
    await store("2000-0", "two");
    expect(await marks(runId)).toEqual(["one", "two"]);
    await store(await tell("three"), "three");
    expect(await marks(runId)).toEqual(["one", "two", "three"]);
    await deps.redis.del(runEvents.key(address));
    expect(await marks(runId)).toEqual(["one", "two", "three"]);
  });

  it("are the newest, and page by page what came before them, across transcript and stream", async () => {
    const { runId, store, tell } = await staged();
    // Ten and more in one millisecond: as text, 1000-10 would stand before 1000-9.
    for (const [seq, chunk] of ["a", "b", "c"].entries()) {
      await store(`1000-${seq + 8}`, chunk);
    }
    await tell("d");
    await tell("e");
    const pages: unknown[][] = [];
    let before: string | undefined;
    for (let page = 0; page < 4; page++) {
      const events = await tenant.services.runs.logs({ runId, limit: 2, ...(before === undefined ? {} : { before }) });
      pages.push(chunks(events));
      before = String(events[0]?.streamId ?? before);
    }
    expect(pages).toEqual([["d", "e"], ["b", "c"], ["a"], []]);
    await expect(tenant.services.runs.logs({ runId, before: "nonsense" })).rejects.toMatchObject({
      code: "VALIDATION",
    });
  });

  it("go on after a place, across transcript and stream, until nothing follows", async () => {
    const { runId, store, tell } = await staged();
    for (const [seq, chunk] of ["a", "b", "c"].entries()) {
      await store(`1000-${seq + 8}`, chunk);
    }
    await tell("d");
    await tell("e");
    const pages: unknown[][] = [];
    let after = "0-0";
    for (let page = 0; page < 4; page++) {
      const events = await tenant.services.runs.logs({ runId, limit: 2, after });
      pages.push(chunks(events));
      after = String(events.at(-1)?.streamId ?? after);
    }
    expect(pages).toEqual([["a", "b"], ["c", "d"], ["e"], []]);
    await tell("f");
    expect(chunks(await tenant.services.runs.logs({ runId, after }))).toEqual(["f"]);
  });

  it("of one execution: what is copied, then what the stream has behind it, page by page from either end", async () => {
    const { runId, address, store, tell } = await staged();
    const { rows } = await deps.system.pool.query("SELECT id FROM sessions WHERE source_id = $1", [runId]);
    const sessionId = String(rows[0]?.id);
    await addStep(runId, { stepId: "BUILD", agentId: "builder", status: "running", sequence: 1 });
    const copied = (cursor: string, isWhole = false) =>
      deps.system.pool.query(
        "UPDATE steps SET session_id = $2, started_at = 1, transcript_cursor = $3, transcript_at = $4 WHERE run_id = $1",
        [runId, sessionId, cursor, isWhole ? 1 : null],
      );
    await store("1000-9", "a");
    await store("1000-10", "b ");
    await copied("2000-0");
    await tell("c");
    await publish(deps.redis, runEvents, address, { ...event(runId, "other step"), stepId: "TEST" });
    await publish(deps.redis, runEvents, address, { ...event(runId, "other attempt"), attempt: 2 });
    const last = await tell("d");
    const of = async (input: object) =>
      chunks(await tenant.services.runs.logs({ runId, stepId: "BUILD", ...input } as { runId: string }));
    expect(await of({})).toEqual(["a", "b ", "c", "d"]);
    expect(await of({ limit: 2 })).toEqual(["c", "d"]);
    expect(await of({ before: last, limit: 2 })).toEqual(["b ", "c"]);
    expect(await of({ after: "1000-9", limit: 2 })).toEqual(["b ", "c"]);
    expect(await of({ after: last })).toEqual([]);
    await store(last, "d");
    // A copy that has not moved the cursor yet is not told twice.
    expect(await of({})).toEqual(["a", "b ", "c", "d"]);
    await copied(last, true);
    await deps.redis.del(runEvents.key(address));
    expect(await of({})).toEqual(["a", "b ", "d"]);
    await expect(of({ stepId: "NOPE" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(of({ attempt: 2 })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("tell a text once that the stream was cut in", async () => {
    const { runId, store, tell } = await staged();
    await store("1000-0", "one two three ");
    await tell("two ");
    await tell("three ");
    expect(await marks(runId)).toEqual(["one ", "two ", "three "]);
  });
});
