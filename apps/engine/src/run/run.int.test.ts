import { runEvents } from "@djinnbot/events";
import { expect, test } from "vitest";
import { testBed, until } from "../test/bed.ts";
import type { Script } from "../test/peer.ts";
import { done, shape, simple, single, three } from "../test/samples.ts";

const bed = await testBed();

async function runOne(yaml: string, script: Script, options: { agents?: string[]; input?: object } = {}) {
  const tenant = await bed.tenant(options.agents);
  const host = bed.host(script);
  const engine = bed.engine(host);
  const runId = await bed.start(tenant, yaml, options.input);
  const run = await bed.ended(tenant, runId);
  const events = await until(async () => {
    const told = await bed.events(tenant, runId);
    return told.some((event) => /^RUN_(COMPLETE|FAILED|CANCELLED)$/.test(String(event.type))) && told;
  });
  return { tenant, host, engine, runId, run, events, types: events.map((event) => event.type) };
}

test("a pipeline of three steps runs to its end, and tells it in order", async () => {
  const { run, host, runId, types, tenant } = await runOne(three, simple);
  expect(run).toMatchObject({ status: "completed", failure: null, stepsCompleted: 3 });
  expect(run.outputs).toEqual({ design: "design done", plan: "plan done", summary: "summary done" });
  expect(shape(run)).toEqual(["DESIGN#1 completed", "PLAN#1 completed", "BUILD#1 completed"]);
  const life = types.filter((type) => /^(RUN|STEP)_/.test(String(type)));
  const step = ["STEP_QUEUED", "STEP_STARTED", "STEP_COMPLETE"];
  // A step's end and the next one's beginning are one transaction.
  expect(life).toEqual(["RUN_CREATED", "RUN_STATUS_CHANGED", ...step, ...step, ...step, "RUN_COMPLETE"]);
  const peers = host.of(runId);
  expect(peers.map((peer) => peer.worked.map((command) => command.stepId))).toEqual([["DESIGN", "PLAN"], ["BUILD"]]);
  expect(peers[0]?.worked[1]?.prompt).toContain("Plan design done");
  await until(async () => peers.every((peer) => !peer.alive));
  const left = await until(async () => {
    const { rows } = await bed.deps.system.pool.query(
      `SELECT (SELECT count(*) FROM api_keys WHERE run_id = $1)::int AS keys,
         (SELECT count(*) FROM sessions WHERE source_id = $1 AND status IN ('starting', 'running'))::int AS open,
         (SELECT count(*) FROM outbox WHERE run_id = $1)::int AS late`,
      [runId],
    );
    return rows[0].keys + rows[0].open + rows[0].late === 0 && rows[0];
  });
  expect(left).toEqual({ keys: 0, open: 0, late: 0 });
  expect(await tenant.services.runs.logs({ runId })).not.toEqual([]);
});

test("the model comes from the run before the step and the platform", async () => {
  const tenant = await bed.tenant();
  const host = bed.host(simple);
  bed.engine(host);
  const play = async (input: object) => {
    const runId = await bed.start(tenant, single(), input);
    const run = await bed.ended(tenant, runId);
    return { model: host.of(runId)[0]?.worked[0]?.model, run };
  };
  expect((await play({ modelOverride: "demo/other" })).model).toMatchObject({ providerId: "demo", modelId: "other" });
  expect((await play({})).model).toMatchObject({ modelId: "demo-agent", wire: "openai-compatible" });
  const unknown = await play({ modelOverride: "nobody/model" });
  expect(unknown.run.failure?.code).toBe("MODEL_NOT_CONFIGURED");
});

test("a result sends the run back, and the second time onwards", async () => {
  const yaml = `
id: PIPELINE
name: Review
version: "1"
agents: [{ id: finn }, { id: yuki }]
steps:
  - id: IMPLEMENT
    agent: yuki
    input: "Do it. {% if feedback %}Mind: {{feedback}}{% endif %}"
    outputs: [summary]
    onComplete: REVIEW
  - id: REVIEW
    agent: finn
    input: "Look at {{summary}}"
    outputs: [review, feedback]
    onResult:
      APPROVED: {}
      CHANGES: { goto: IMPLEMENT, notify: { agent: yuki, message: "Again: {{feedback}}" } }
`;
  const { run, types, host } = await runOne(yaml, async (command) =>
    command.stepId === "IMPLEMENT"
      ? done(command)
      : done(command, { review: command.attempt === 1 ? " changes " : "Approved", feedback: "the name" }),
  );
  expect(run.status).toBe("completed");
  expect(shape(run)).toEqual([
    "IMPLEMENT#1 completed",
    "REVIEW#1 completed",
    "IMPLEMENT#2 completed",
    "REVIEW#2 completed",
  ]);
  expect(types).toContain("AGENT_MESSAGE");
  expect(host.peers[2]?.worked[0]?.prompt).toContain("Mind: the name");
});

test("a failed step is retried with what went wrong", async () => {
  const { run, host, types } = await runOne(single("    maxRetries: 2"), async (command) =>
    command.attempt === 1
      ? { outcome: "failed", failure: { code: "AGENT_FAILED", message: "no compiler here" } }
      : done(command),
  );
  expect(run.status).toBe("completed");
  expect(shape(run)).toEqual(["WORK#1 failed", "WORK#2 completed"]);
  expect(run.steps[1]).toMatchObject({
    retryCount: 1,
    humanContext: "[RETRY 1/2] Previous attempt failed: no compiler here",
  });
  expect(host.peers).toHaveLength(1);
  expect(host.peers[0]?.worked[1]?.prompt).toContain("no compiler here");
  expect(types).toContain("STEP_RETRYING");
});

test("retries end, and the run fails with the last reason", async () => {
  const { run, types } = await runOne(single("    maxRetries: 1"), async () => ({
    outcome: "failed",
    failure: { code: "AGENT_FAILED", message: "still no compiler" },
  }));
  expect(run).toMatchObject({ status: "failed", failure: { code: "AGENT_FAILED" } });
  expect(run.failure?.message).toContain("still no compiler");
  expect(shape(run)).toEqual(["WORK#1 failed", "WORK#2 failed"]);
  expect(types.filter((type) => type === "RUN_FAILED")).toHaveLength(1);
});

test("what another attempt cannot mend is not tried again", async () => {
  const { run } = await runOne(single(), async () => ({
    outcome: "failed",
    failure: { code: "MODEL_REFUSED", message: "401" },
  }));
  expect(run.failure?.code).toBe("MODEL_REFUSED");
  expect(run.steps).toHaveLength(1);
});

test("a declared output that is missing or blank fails the step", async () => {
  const { run } = await runOne(single("    maxRetries: 0"), async () => ({
    outcome: "completed",
    outputs: { result: " " },
  }));
  expect(run.failure).toMatchObject({ code: "OUTPUT_MISSING" });
  expect(run.failure?.message).toContain("result");
});

test("a result that no route accepts fails the run and lists what it accepts", async () => {
  const yaml = single("    onResult: { PASS: {} }");
  const { run } = await runOne(yaml, async (command) => done(command, { result: "MAYBE" }));
  expect(run.failure).toMatchObject({ code: "NO_ROUTE" });
  expect(run.failure?.message).toContain("PASS");
  expect(shape(run)).toEqual(["WORK#1 completed"]);
});

test("an agent that is not there fails its step, also when it goes while the run is under way", async () => {
  const waiting = Promise.withResolvers<void>();
  const host = bed.host(async (command) => {
    if (command.stepId === "PLAN") {
      await waiting.promise;
    }
    return done(command);
  });
  bed.engine(host);
  const nobody = await bed.tenant([]);
  const missing = await bed.ended(nobody, await bed.start(nobody, single()));
  expect(missing.failure).toMatchObject({ code: "AGENT_MISSING" });
  expect(missing.failure?.message).toContain("finn");

  const tenant = await bed.tenant();
  const runId = await bed.start(tenant, three);
  await until(async () => host.of(runId)[0]?.worked.length === 2);
  await tenant.services.agents.delete({ agentId: "yuki" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  waiting.resolve();
  const run = await bed.ended(tenant, runId);
  expect(shape(run)).toEqual(["DESIGN#1 completed", "PLAN#1 completed", "BUILD#1 failed"]);
  expect(run.failure?.code).toBe("AGENT_MISSING");
});

test("a step that takes too long ends with its workload", async () => {
  const { run, host } = await runOne(single("    timeoutSeconds: 1\n    maxRetries: 0"), async () => "hang");
  expect(run.failure).toMatchObject({ code: "STEP_TIMEOUT" });
  expect(host.peers.every((peer) => !peer.alive)).toBe(true);
});

test("a workload that dies is replaced and the step done again", async () => {
  const { run, host } = await runOne(single(), async (command) => (command.attempt === 1 ? "die" : done(command)));
  expect(shape(run)).toEqual(["WORK#1 failed", "WORK#2 completed"]);
  expect(run.steps[0]?.failure?.code).toBe("WORKLOAD_FAILED");
  expect(host.peers).toHaveLength(2);
});

test("a cancelled run stops its workload and stays cancelled", async () => {
  const tenant = await bed.tenant();
  const host = bed.host(async () => "hang");
  bed.engine(host);
  const runId = await bed.start(tenant, single());
  await until(async () => host.of(runId)[0]?.worked.length === 1);
  await tenant.services.runs.cancel({ runId });
  const run = await bed.ended(tenant, runId);
  expect(run.status).toBe("cancelled");
  expect(shape(run)).toEqual(["WORK#1 cancelled"]);
  await until(async () => !host.of(runId)[0]?.alive);
  await until(async () => (await bed.events(tenant, runId)).some((event) => event.type === "RUN_CANCELLED"));
});

test("a finished run starts again from a step, or from the beginning", async () => {
  const { tenant, runId, host } = await runOne(three, simple);
  await tenant.services.steps.restart({ runId, stepId: "PLAN", context: "shorter, please" });
  const again = await bed.ended(tenant, runId);
  expect(shape(again).slice(3)).toEqual(["PLAN#2 completed", "BUILD#2 completed"]);
  expect(again.stepsCompleted).toBe(3);
  const plan = host
    .of(runId)
    .flatMap((peer) => peer.worked)
    .find((step) => step.stepId === "PLAN" && step.attempt === 2);
  expect(plan?.prompt).toContain("shorter, please");
  expect(plan?.prompt).toContain("Plan design done");
  await tenant.services.runs.restart({ runId });
  const whole = await bed.ended(tenant, runId);
  expect(whole.status).toBe("completed");
  expect(shape(whole).slice(5)).toEqual(["DESIGN#2 completed", "PLAN#3 completed", "BUILD#3 completed"]);
});

test("a result that comes twice is recorded once", async () => {
  const tenant = await bed.tenant();
  const host = bed.host(async (command, peer) => {
    const { commandId, stepId, attempt, runId, sessionId } = command;
    const ids = { commandId, stepId, attempt, runId, sessionId, tenantId: tenant.tenantId };
    const result = { v: 1, id: "evt_1", requestId: "r", at: 1, type: "stepResult", ...ids, ...done(command) };
    const text = JSON.stringify({ ...result, failure: null, commitHash: null, turns: 1 });
    await Promise.all([peer.say(text), peer.say(text), peer.say(text)]);
    return done(command);
  });
  bed.engine(host);
  const runId = await bed.start(tenant, three);
  const run = await bed.ended(tenant, runId);
  expect(shape(run)).toEqual(["DESIGN#1 completed", "PLAN#1 completed", "BUILD#1 completed"]);
  await until(async () => (await bed.events(tenant, runId)).some((event) => event.type === "RUN_COMPLETE"));
  const types = (await bed.events(tenant, runId)).map((event) => event.type);
  expect(types.filter((type) => type === "STEP_COMPLETE")).toHaveLength(3);
});

test("what a workload says about another run, or in no language at all, is set aside and stops nothing", async () => {
  const tenant = await bed.tenant();
  const host = bed.host(async (command, peer) => {
    await peer.say("{ not json");
    await peer.say(JSON.stringify({ type: "stepResult", runId: "run_someoneelse12345" }));
    return done(command, { "bad key": "x", result: "a\u0000b\ud800" });
  });
  bed.engine(host);
  const runId = await bed.start(tenant, single());
  const run = await bed.ended(tenant, runId);
  expect(run.status).toBe("completed");
  expect(run.outputs).toEqual({ result: "ab\ufffd" });
  const dead = await bed.deps.redis.xlen(`djinnbot:t:${tenant.tenantId}:run:${runId}:status:dead`);
  expect(dead).toBe(2);
});

test("a poisoned message on the global stream goes to the dead ones; runs go on", async () => {
  const tenant = await bed.tenant();
  bed.engine(bed.host(simple));
  await bed.deps.redis.xadd("djinnbot:events:global", "*", "data", "{ poison");
  const runId = await bed.start(tenant, single());
  expect((await bed.ended(tenant, runId)).status).toBe("completed");
  await until(async () => (await bed.deps.redis.xlen("djinnbot:events:global:dead")) > 0);
});

test("the transcript is kept, each message once", async () => {
  const tenant = await bed.tenant();
  const host = bed.host(async (command, peer) => {
    const { stepId, attempt } = command;
    for (const chunk of ["one ", "two ", "three"]) {
      await peer.narrate({ type: "STEP_OUTPUT", stepId, attempt, chunk });
    }
    // A runtime that did not hear of Redis that these arrived sends them once more.
    const key = runEvents.key(command);
    for (const [, fields] of await bed.deps.redis.xrange(key, "-", "+")) {
      await bed.deps.redis.xadd(key, "*", ...fields);
    }
    return done(command);
  });
  bed.engine(host);
  const runId = await bed.start(tenant, single());
  await bed.ended(tenant, runId);
  const rows = await until(async () => {
    const found = await bed.deps.system.pool.query(
      `SELECT e.event_type, e.data->>'chunk' AS chunk FROM session_events e JOIN sessions s ON s.id = e.session_id
       WHERE s.source_id = $1`,
      [runId],
    );
    return found.rows.length > 0 && found.rows;
  });
  expect(rows).toEqual([{ event_type: "STEP_OUTPUT", chunk: "one two three" }]);
});
