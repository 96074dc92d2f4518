/** The parts of the pipeline language that make a run more than a line: loops, ways on from failures, approvals, branches, pauses. */
import type { RunDetail } from "@djinnbot/contracts";
import type { TestTenant } from "@djinnbot/testing";
import { expect, test } from "vitest";
import { testBed, until } from "../test/bed.ts";
import type { Script } from "../test/peer.ts";
import { done, shape, simple } from "../test/samples.ts";

const bed = await testBed();
const head = `id: PIPELINE\nname: Flow\nversion: "1"\nagents: [{ id: finn }, { id: yuki }]\n`;

async function begin(yaml: string, script: Script = simple) {
  const tenant = await bed.tenant();
  const host = bed.host(script);
  const engine = bed.engine(host);
  const runId = await bed.start(tenant, head + yaml);
  return { tenant, host, engine, runId };
}
const reaches = (tenant: TestTenant, runId: string, status: RunDetail["status"]) =>
  until(async () => {
    const run = await tenant.services.runs.get({ runId });
    return run.status === status && run;
  });

const loop = `steps:
  - { id: PLAN, agent: finn, outputs: [tasks], onComplete: BUILD }
  - id: BUILD
    agent: yuki
    maxRetries: 0
    input: "{{loop_index}}/{{loop_total}} {{current_item}} after {{completed_items}}"
    outputs: [summary]
    loop: { over: tasks, onEachComplete: CHECK, onAllComplete: END }
    onFailure: { continueLoop: true }
  - id: CHECK
    agent: finn
    outputs: [verdict]
    onResult: { PASS: { continueLoop: true }, FAIL: { goto: BUILD } }
  - { id: END, agent: finn, input: "Last failure {{failed_step}}" }
`;

test("a loop does each item, sends one back, passes over one that fails, and goes on after the last", async () => {
  const inputs: string[] = [];
  const { tenant, runId } = await begin(loop, async (command) => {
    if (command.stepId === "PLAN") {
      return done(command, { tasks: JSON.stringify({ tasks: ["a", { title: "b" }, "c"] }) });
    }
    if (command.stepId === "BUILD") {
      inputs.push(command.prompt.split("\n").at(-1) ?? "");
      if (inputs.length === 3) {
        return { outcome: "failed", failure: { code: "AGENT_FAILED", message: "too hard" } };
      }
    }
    return command.stepId === "CHECK"
      ? done(command, { verdict: inputs.length === 1 ? "FAIL" : "PASS" })
      : done(command);
  });
  const run = await bed.ended(tenant, runId);
  expect(run).toMatchObject({ status: "completed", failure: null });
  expect(inputs).toEqual(["1/3 a after []", "1/3 a after []", '2/3 {"title":"b"} after ["a"]', '3/3 c after ["a"]']);
  expect(run.loops).toEqual([
    {
      stepId: "BUILD",
      index: 2,
      active: false,
      items: [
        { id: "a", status: "completed" },
        { id: "b", status: "failed" },
        { id: "c", status: "completed" },
      ],
    },
  ]);
  expect(shape(run).slice(1, 5)).toEqual([
    ...["BUILD#1 completed", "CHECK#1 completed", "BUILD#2 completed", "CHECK#2 completed"],
  ]);
  expect(run.steps.at(-1)?.inputs).toMatchObject({ input: "Last failure BUILD" });
  const told = await bed.events(tenant, runId);
  const items = told
    .filter((event) => String(event.type).startsWith("LOOP_ITEM"))
    .map((event) => `${event.type} ${event.itemIndex}`);
  expect(items).toEqual(["LOOP_ITEM_COMPLETE 0", "LOOP_ITEM_FAILED 1", "LOOP_ITEM_COMPLETE 2"]);
});

test("a loop goes on with the same item in another engine", async () => {
  let halted: (() => void) | null = null;
  const seen: string[] = [];
  const { tenant, host, engine, runId } = await begin(loop, async (command) => {
    if (command.stepId === "PLAN") {
      return done(command, { tasks: '["a", "b"]' });
    }
    if (command.stepId === "BUILD") {
      seen.push(command.prompt.split("\n").at(-1) ?? "");
      if (seen.length === 2) {
        halted?.();
      }
    }
    return command.stepId === "CHECK" ? done(command, { verdict: "PASS" }) : done(command);
  });
  halted = () => engine.halt();
  bed.engine(host);
  const run = await bed.ended(tenant, runId);
  expect(run.status).toBe("completed");
  expect(seen).toEqual(["1/2 a after []", '2/2 b after ["a"]']);
});

test("a step that has failed for good goes where onFailure says, and the next is told why", async () => {
  const yaml = `steps:
  - { id: BUILD, agent: yuki, maxRetries: 1, onComplete: END, onFailure: MEND }
  - { id: MEND, agent: finn, input: "{{failed_step}} {{failure_code}}: {{failure_message}}", onComplete: END }
  - { id: END, agent: finn }
`;
  const { tenant, runId, host } = await begin(yaml, async (command) =>
    command.stepId === "BUILD"
      ? { outcome: "failed", failure: { code: "AGENT_FAILED", message: "no compiler" } }
      : done(command),
  );
  const run = await bed.ended(tenant, runId);
  expect(run.status).toBe("completed");
  expect(shape(run)).toEqual(["BUILD#1 failed", "BUILD#2 failed", "MEND#1 completed", "END#1 completed"]);
  const mend = host
    .of(runId)
    .flatMap((peer) => peer.worked)
    .find((command) => command.stepId === "MEND");
  expect(mend?.prompt).toContain("BUILD AGENT_FAILED: no compiler");
});

test("no circle is endless", async () => {
  const yaml = `maxStepExecutions: 6
steps:
  - { id: A, agent: finn, onComplete: B }
  - { id: B, agent: finn, onComplete: A }
`;
  const { tenant, runId } = await begin(yaml);
  const run = await bed.ended(tenant, runId);
  expect(run).toMatchObject({ status: "failed", failure: { code: "EXECUTION_LIMIT" } });
  expect(run.steps).toHaveLength(6);
});

const gate = (more: string) => `steps:
  - { id: PLAN, agent: finn, outputs: [plan], onComplete: GATE }
  - id: GATE
    approval: { message: "May we build {{plan}}?"${more} }
    onComplete: BUILD
  - { id: BUILD, agent: yuki, input: "Mind {{comment}}" }
`;

test("an approval keeps the run without workload and place until a person decides; the comment reaches the next step", async () => {
  const { tenant, host, engine, runId } = await begin(gate(""));
  const waiting = await reaches(tenant, runId, "waiting");
  expect(shape(waiting)).toEqual(["PLAN#1 completed", "GATE#1 waiting"]);
  expect(waiting.steps[1]).toMatchObject({ kind: "approval", agentId: "" });
  await until(async () => host.of(runId).every((peer) => !peer.alive));
  const { items } = await tenant.services.approvals.list({ status: "pending" } as never);
  expect(items).toMatchObject([{ runId, stepId: "GATE", message: "May we build plan done?", mayDecide: true }]);
  expect(await tenant.services.approvals.count({})).toEqual({ pending: 1, mine: 1 });
  // The engine that asked is gone; another one goes on.
  await engine.drain();
  bed.engine(host);
  const approvalId = items[0]?.id ?? "";
  const decided = await tenant.services.approvals.decide({ approvalId, decision: "approve", comment: "keep it small" });
  expect(decided).toMatchObject({ status: "approved", mayDecide: false, comment: "keep it small" });
  // The same answer again is fine, another one is not.
  expect(await tenant.services.approvals.decide({ approvalId, decision: "approve" })).toMatchObject({
    status: "approved",
  });
  await expect(tenant.services.approvals.decide({ approvalId, decision: "reject" })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  const run = await bed.ended(tenant, runId);
  expect(run).toMatchObject({ status: "completed", outputs: { decision: "APPROVED", comment: "keep it small" } });
  expect(run.steps.at(-1)).toMatchObject({
    inputs: { input: "Mind keep it small" },
    humanContext: expect.stringContaining("keep it small"),
  });
});

test("a rejection fails the run with its reason; a passed time does what the pipeline says", async () => {
  const rejected = await begin(gate(""));
  await reaches(rejected.tenant, rejected.runId, "waiting");
  await rejected.tenant.services.approvals.decide({
    approvalId: `${rejected.runId}_GATE`,
    decision: "reject",
    comment: "too dear",
  });
  const run = await bed.ended(rejected.tenant, rejected.runId);
  expect(run).toMatchObject({ status: "failed", failure: { code: "APPROVAL_REJECTED" } });
  expect(run.failure?.message).toContain("too dear");
  const late = await begin(gate(", timeoutSeconds: 1"));
  expect(await bed.ended(late.tenant, late.runId)).toMatchObject({
    status: "failed",
    failure: { code: "APPROVAL_TIMEOUT" },
  });
  const { items } = await late.tenant.services.approvals.list({ runId: late.runId } as never);
  expect(items).toMatchObject([{ status: "expired" }]);
  const approved = await begin(gate(", timeoutSeconds: 1, onTimeout: approve"));
  expect(await bed.ended(approved.tenant, approved.runId)).toMatchObject({ status: "completed" });
});

test("only those who are asked decide, and a run that is cancelled asks nobody any more", async () => {
  const { tenant, runId } = await begin(gate(", who: [lead@example.com]"));
  await reaches(tenant, runId, "waiting");
  const approvalId = `${runId}_GATE`;
  expect(await tenant.services.approvals.get({ approvalId })).toMatchObject({ mayDecide: false });
  await expect(tenant.services.approvals.decide({ approvalId, decision: "approve" })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await tenant.services.runs.cancel({ runId });
  const run = await bed.ended(tenant, runId);
  expect(run).toMatchObject({ status: "cancelled" });
  expect(shape(run)).toEqual(["PLAN#1 completed", "GATE#1 cancelled"]);
  expect(await tenant.services.approvals.get({ approvalId })).toMatchObject({ status: "cancelled" });
});

const parallel = (more: string) => `steps:
  - { id: PLAN, agent: finn, outputs: [plan], onComplete: SPLIT }
  - id: SPLIT
    parallel: { branches: [ONE, TWO]${more} }
    onComplete: END
  - { id: ONE, agent: yuki, maxRetries: 0, input: "{{plan}}", outputs: [one] }
  - { id: TWO, agent: yuki, maxRetries: 0, outputs: [two], onComplete: MORE }
  - { id: MORE, agent: finn, outputs: [more] }
  - { id: END, agent: finn, input: "{{one}} {{two}} {{more}}", outputs: [sum] }
`;

test("branches run as runs of their own, and their outputs meet at the join", async () => {
  const { tenant, runId } = await begin(parallel(""));
  const run = await bed.ended(tenant, runId);
  expect(run).toMatchObject({ status: "completed", stepsCompleted: 3, stepsTotal: 3 });
  expect(run.plan.map(({ stepId, kind }) => `${stepId} ${kind}`)).toEqual([
    "PLAN agent",
    "SPLIT parallel",
    "END agent",
  ]);
  expect(run).toMatchObject({ outputs: { one: "one done", two: "two done", more: "more done" } });
  expect(shape(run)).toEqual(["PLAN#1 completed", "SPLIT#1 completed", "END#1 completed"]);
  expect(run.steps.at(-1)?.inputs).toEqual({ input: "one done two done more done" });
  expect(run.branches.map(({ branch, status }) => `${branch} ${status}`)).toEqual(["ONE completed", "TWO completed"]);
  const two = await tenant.services.runs.get({ runId: run.branches[1]?.runId ?? "" });
  expect(two.parentRunId).toBe(runId);
  expect(shape(two)).toEqual(["TWO#1 completed", "MORE#1 completed"]);
  const { items } = await tenant.services.runs.list({} as never);
  expect(items.map((item) => item.id)).toEqual([runId]);
});

test("too few branches fail the step, any is enough when one is asked for, and the rest is cancelled", async () => {
  const broken: Script = async (command) =>
    command.stepId === "ONE" ? { outcome: "failed", failure: { code: "AGENT_FAILED", message: "no" } } : done(command);
  const all = await begin(parallel(""), broken);
  const failed = await bed.ended(all.tenant, all.runId);
  expect(failed).toMatchObject({ status: "failed", failure: { code: "BRANCH_FAILED" } });
  expect(failed.failure?.message).toContain("ONE: Step ONE: no");
  // Engines share the work: the next run must not fall to this one's script.
  await all.engine.drain();
  const slow: Script = async (command) => (command.stepId === "TWO" ? "hang" : done(command));
  const any = await begin(parallel(", join: any"), slow);
  const run = await bed.ended(any.tenant, any.runId);
  expect(run).toMatchObject({ status: "completed", outputs: { one: "one done" } });
  const ended = await until(async () => {
    const { branches } = await any.tenant.services.runs.get({ runId: any.runId });
    return branches.every((branch) => branch.completedAt !== null) && branches;
  });
  expect(ended.map(({ branch, status }) => `${branch} ${status}`)).toEqual(["ONE completed", "TWO cancelled"]);
});

test("a tenant with one place runs its branches one after the other", async () => {
  const tenant = await bed.tenant();
  await bed.deps.system.pool.query("UPDATE tenants SET max_concurrent_runs = 1 WHERE id = $1", [tenant.tenantId]);
  bed.engine(bed.host(simple));
  const runId = await bed.start(tenant, head + parallel(""));
  expect((await bed.ended(tenant, runId)).status).toBe("completed");
});

test("branches that branch without end are refused", async () => {
  const { tenant, runId } = await begin(parallel(""));
  const run = await bed.ended(tenant, runId);
  expect(run.status).toBe("completed");
  await bed.deps.system.pool.query(
    `INSERT INTO runs (id, tenant_id, pipeline_id, pipeline_yaml, task_description, status, parent_run_id, root_run_id, created_at, updated_at)
     SELECT id || 'x' || n, tenant_id, pipeline_id, pipeline_yaml, task_description, 'completed', id, id, 1, 1 FROM runs, generate_series(1, 497) AS n
     WHERE id = $1`,
    [runId],
  );
  await tenant.services.steps.restart({ runId, stepId: "SPLIT" });
  expect(await bed.ended(tenant, runId)).toMatchObject({ status: "failed", failure: { code: "EXECUTION_LIMIT" } });
});

test("cancelling a run that waits for its branches cancels them, and deleting it deletes them", async () => {
  const { tenant, runId } = await begin(parallel(""), async (command) =>
    command.stepId === "PLAN" ? done(command) : "hang",
  );
  await reaches(tenant, runId, "waiting");
  const { branches } = await until(async () => {
    const run = await tenant.services.runs.get({ runId });
    return run.branches.every((branch) => branch.status === "running") && run;
  });
  await tenant.services.runs.cancel({ runId });
  expect((await bed.ended(tenant, runId)).status).toBe("cancelled");
  for (const branch of branches) {
    expect((await bed.ended(tenant, branch.runId)).status).toBe("cancelled");
  }
  await tenant.services.runs.delete({ runId });
  await expect(tenant.services.runs.get({ runId: branches[0]?.runId ?? "" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("a run keeps the agents it started with, also between its steps", async () => {
  let edit: (() => Promise<unknown>) | null = null;
  const yaml = `steps:
  - { id: A, agent: finn, onComplete: B }
  - { id: B, agent: yuki, onComplete: C }
  - { id: C, agent: finn }
`;
  const { tenant, host, runId } = await begin(yaml, async (command) => {
    if (command.stepId === "B") {
      await edit?.();
    }
    return done(command);
  });
  edit = () =>
    tenant.services.agents.putFile({ agentId: "finn", filename: "SOUL.md", content: "I was changed." } as never);
  await bed.ended(tenant, runId);
  const last = host
    .of(runId)
    .flatMap((peer) => peer.worked)
    .find((command) => command.stepId === "C");
  expect(last?.systemPrompt).not.toContain("I was changed.");
  const again = await tenant.services.runs.restart({ runId });
  expect(again.status).toBe("pending");
  await bed.ended(tenant, runId);
  const later = host
    .of(runId)
    .flatMap((peer) => peer.worked)
    .filter((command) => command.stepId === "C")
    .at(-1);
  expect(later?.systemPrompt).toContain("I was changed.");
});

test("a fork begins at a step with what was known there, and leaves the old run alone", async () => {
  const yaml = `steps:
  - { id: A, agent: finn, outputs: [a], onComplete: B }
  - { id: B, agent: yuki, input: "{{a}} {{task_description}}", outputs: [b] }
`;
  const { tenant, runId } = await begin(yaml);
  const old = await bed.ended(tenant, runId);
  const fork = await tenant.services.runs.fork({ runId, stepId: "B", task: "Something else." });
  const run = await bed.ended(tenant, fork.id);
  expect(run).toMatchObject({ status: "completed", forkedFrom: runId, outputs: { a: "a done", b: "b done" } });
  expect(shape(run)).toEqual(["B#1 completed"]);
  expect(run.steps[0]?.inputs).toEqual({ input: "a done Something else." });
  expect(await tenant.services.runs.get({ runId })).toEqual(old);
});

test("a run that waits or has not begun is paused at once, and goes on when it is resumed", async () => {
  const { tenant, runId } = await begin(gate(""));
  await reaches(tenant, runId, "waiting");
  expect(await tenant.services.runs.pause({ runId })).toEqual({ runId, status: "paused" });
  await tenant.services.approvals.decide({ approvalId: `${runId}_GATE`, decision: "approve" });
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect((await tenant.services.runs.get({ runId })).status).toBe("paused");
  expect(await tenant.services.runs.resume({ runId })).toEqual({ runId, status: "pending" });
  expect((await bed.ended(tenant, runId)).status).toBe("completed");
  await expect(tenant.services.runs.pause({ runId })).rejects.toMatchObject({ code: "CONFLICT" });
});

const turn = `steps:
  - { id: A, agent: finn, outputs: [a], onComplete: B }
  - { id: B, agent: finn }
`;
/** Works in turns until it is done (or told to pause), as the runtime does. */
const inTurns =
  (isDone: () => boolean): Script =>
  async (command, peer) => {
    while (!peer.pausing && !isDone()) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return peer.pausing ? { outcome: "paused", outputs: {}, turns: 1 } : done(command);
  };

test("a pause comes after the agent's turn, gives back the workload, and the same execution goes on", async () => {
  let isDone = false;
  const { tenant, host, runId } = await begin(
    turn,
    inTurns(() => isDone),
  );
  await until(async () => host.of(runId)[0]?.worked.length);
  expect(await tenant.services.runs.pause({ runId })).toEqual({ runId, status: "running" });
  const paused = await reaches(tenant, runId, "paused");
  expect(paused.pausing).toBe(false);
  expect(shape(paused)).toEqual(["A#1 queued"]);
  await until(async () => host.of(runId).every((peer) => !peer.alive));
  isDone = true;
  await tenant.services.runs.resume({ runId });
  const run = await bed.ended(tenant, runId);
  expect(run.status).toBe("completed");
  expect(shape(run)).toEqual(["A#1 completed", "B#1 completed"]);
  const commands = host
    .of(runId)
    .map((peer) => peer.worked.map((command) => command.commandId.split(":").slice(2).join("#")));
  expect(commands).toEqual([["A#1"], ["A#1", "B#1"]]);
});

test.each([0, 700])(
  "a pause that is taken back before the turn is over costs the run nothing but a workload (%i ms)",
  async (waitMs) => {
    let isDone = false;
    const { tenant, host, runId } = await begin(turn, async (command, peer) => {
      if (host.of(runId).length > 1) {
        isDone = true;
      }
      while (!peer.pausing && !isDone) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      if (peer.pausing) {
        // The answer comes before or after the engine has heard of it.
        await tenant.services.runs.resume({ runId });
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        return { outcome: "paused", outputs: {}, turns: 1 };
      }
      return done(command);
    });
    await until(async () => host.of(runId)[0]?.worked.length);
    await tenant.services.runs.pause({ runId });
    const run = await bed.ended(tenant, runId);
    expect(run.status).toBe("completed");
    expect(shape(run)).toEqual(["A#1 completed", "B#1 completed"]);
  },
);

test("what a person says reaches the agent that works, and is kept for the next attempt", async () => {
  let isDone = false;
  const { tenant, host, runId } = await begin(
    turn,
    inTurns(() => isDone),
  );
  await until(async () => host.of(runId)[0]?.worked.length);
  expect(await tenant.services.runs.inject({ runId, text: "Use the blue one." })).toEqual({ runId, stepId: "A" });
  await until(async () => host.of(runId)[0]?.heard.length);
  expect(host.of(runId)[0]?.heard).toEqual(["Use the blue one."]);
  expect((await tenant.services.runs.get({ runId })).steps[0]?.humanContext).toBe("Use the blue one.");
  isDone = true;
  await bed.ended(tenant, runId);
  await expect(tenant.services.runs.inject({ runId, text: "Too late." })).rejects.toMatchObject({ code: "CONFLICT" });
});
