/** Steps that delegate: order, places, merges, cancels and crashes, with scripted workloads over real Postgres and Redis. */
import type { Delegation, RunDetail } from "@djinnbot/contracts";
import type { TestTenant } from "@djinnbot/testing";
import { expect, test } from "vitest";
import { testBed, until } from "../test/bed.ts";
import { ask, delegationsOf, keyOf, plan, task, type Verb, waiting } from "../test/delegating.ts";
import type { AgentStep, Peer, Script, StepAnswer } from "../test/peer.ts";
import { done, shape } from "../test/samples.ts";

const bed = await testBed();
interface Stage {
  tenant: TestTenant;
  runId: string;
  /** What the executors of the tasks got, in the order they began. */
  executed: { key: string; command: AgentStep }[];
  /** What the planner got when it went on. */
  answered: Record<string, string>[];
  most: () => number;
  /** How often the planner's step was begun. */
  begun: () => number;
}

async function play(options: {
  verb?: Verb;
  input: object;
  executor?: (key: string, command: AgentStep, peer: Peer) => Promise<StepAnswer | "hang" | "die">;
  places?: number;
  engines?: number;
}): Promise<Stage & { engines: ReturnType<typeof bed.engine>[] }> {
  const tenant = await bed.tenant();
  if (options.places !== undefined) {
    await tenant.run("settings", "update", { maxConcurrentRuns: options.places }).catch(() => undefined);
  }
  const executed: Stage["executed"] = [];
  const answered: Stage["answered"] = [];
  let [running, most, begun] = [0, 0, 0];
  const script: Script = async (command, peer) => {
    if (command.stepId === "PLAN") {
      if (command.answers) {
        answered.push(command.answers);
        return done(command, { summary: Object.values(command.answers).join("\n") });
      }
      begun += 1;
      await ask(tenant, peer, options.verb ?? "swarm", options.input);
      return waiting;
    }
    if (command.stepId === "AFTER") {
      return done(command);
    }
    const key = command.stepId === "EVALUATE" ? "evaluation" : keyOf(command);
    executed.push({ key, command });
    running += 1;
    most = Math.max(most, running);
    try {
      return (await options.executor?.(key, command, peer)) ?? done(command);
    } finally {
      running -= 1;
    }
  };
  const host = bed.host(script);
  const engines = Array.from({ length: options.engines ?? 1 }, () => bed.engine(host));
  const runId = await bed.start(tenant, plan);
  return { tenant, runId, executed, answered, most: () => most, begun: () => begun, engines };
}
const statuses = ({ tasks }: Delegation) => tasks.map((one) => `${one.key} ${one.status}`);
const reaches = (stage: Stage, status: RunDetail["status"]) =>
  until(async () => (await stage.tenant.services.runs.get({ runId: stage.runId })).status === status);
const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a swarm goes in the order of its dependencies, the planner goes on with what came of it, and the run is told", async () => {
  const stage = await play({
    input: { tasks: [task("roof", "walls"), task("walls"), task("garden")], maxConcurrent: 2 },
  });
  const run = await bed.ended(stage.tenant, stage.runId);
  expect(shape(run)).toEqual(["PLAN#1 completed", "AFTER#1 completed"]);
  expect(run.branches).toEqual([]);
  expect(stage.executed.map(({ key }) => key).sort()).toEqual(["garden", "roof", "walls"]);
  expect(stage.executed.findIndex(({ key }) => key === "roof")).toBeGreaterThan(
    stage.executed.findIndex(({ key }) => key === "walls"),
  );
  expect(stage.most()).toBeLessThanOrEqual(2);
  expect(stage.begun()).toBe(1);
  const [swarm] = await delegationsOf(stage);
  expect(swarm).toMatchObject({ kind: "swarm", status: "completed", completedCount: 3, stepId: "PLAN", error: null });
  const answer = stage.answered[0]?.[swarm?.swarmId ?? ""] ?? "";
  expect(answer).toContain("3 of 3 tasks completed");
  expect(answer).toContain("## walls: The walls");
  expect(answer).toContain("summary: summary done");
  const roof = stage.executed.find(({ key }) => key === "roof")?.command.prompt ?? "";
  expect(roof).toContain("walls (The walls): completed");
  expect(roof).toContain("Stop at decisions about the architecture");
  const events = (await bed.events(stage.tenant, stage.runId)).map(({ type, key, status }) =>
    [type, key, status].join(" "),
  );
  expect(events.filter((line) => line.startsWith("DELEGATION_")).map((line) => line.trim())).toEqual(
    expect.arrayContaining(["DELEGATION_STARTED", "DELEGATION_TASK roof completed", "DELEGATION_ENDED  completed"]),
  );
  // Executors are not in the list of runs, and no place is held while the planner waits.
  const { items } = await stage.tenant.services.runs.list({ limit: 50 } as never);
  expect(items.map(({ id }) => id)).toEqual([stage.runId]);
});

test("one executor: its result, its rules and its own model reach where they belong", async () => {
  const input = {
    executionPrompt: "Build shed.\n{{task_description}}",
    deviationRules: "Never use nails.",
    timeoutSeconds: 60,
  };
  const stage = await play({ verb: "spawn", input });
  await bed.ended(stage.tenant, stage.runId);
  const [command] = stage.executed.map((one) => one.command);
  expect(command?.prompt).toContain("Never use nails.");
  expect(command?.prompt).toContain("{{task_description}}");
  expect(command?.outputs).toEqual(["summary", "deviations"]);
  expect((command?.deadlineAt ?? 0) - Date.now()).toBeLessThanOrEqual(60_000);
  const [only] = await delegationsOf(stage);
  expect(only).toMatchObject({ kind: "executor", status: "completed", deadlineAt: null });
  expect(only?.tasks[0]).toMatchObject({
    title: "Build shed.",
    outputs: { summary: "summary done" },
    evaluation: false,
  });
  const executor = await stage.tenant.services.runs.get({ runId: only?.tasks[0]?.runId ?? "" });
  expect(executor).toMatchObject({ parentRunId: stage.runId, status: "completed", pipelineId: "execute" });
});

test("what builds on a failed task is skipped; the planner hears why, and decides", async () => {
  const stage = await play({
    input: { tasks: [task("a"), task("b", "a"), task("c", "b"), task("d")] },
    executor: async (key, command) =>
      key === "a"
        ? { outcome: "failed", failure: { code: "AGENT_FAILED", message: "No ground to build on." } }
        : done(command),
  });
  const run = await bed.ended(stage.tenant, stage.runId);
  expect(run.status).toBe("completed");
  const [swarm] = await delegationsOf(stage);
  expect(swarm).toMatchObject({ status: "failed", failedCount: 1, completedCount: 1 });
  expect(swarm && statuses(swarm)).toEqual(["a failed", "b skipped", "c skipped", "d completed"]);
  const answer = Object.values(stage.answered[0] ?? {}).join("");
  expect(answer).toContain("No ground to build on.");
  expect(answer).toContain("It builds on a, which failed.");
});

test("approaches are compared, none is merged, and the comparison sees what each did", async () => {
  const approach = (key: string) => ({ key, title: `By ${key}`, executionPrompt: `Build ${key}.` });
  const stage = await play({
    verb: "tryApproaches",
    input: { approaches: [approach("wood"), approach("stone")], evaluationCriteria: "Which lasts longer?" },
    executor: async (key, command) =>
      key === "evaluation" ? done(command, { winner: "stone", evaluation: "It lasts." }) : done(command),
  });
  await bed.ended(stage.tenant, stage.runId);
  expect(stage.executed.at(-1)?.key).toBe("evaluation");
  const prompt = stage.executed.at(-1)?.command.prompt ?? "";
  expect(prompt).toContain("Which lasts longer?");
  expect(prompt).toContain("wood (By wood): completed");
  const [approaches] = await delegationsOf(stage);
  expect(approaches).toMatchObject({
    kind: "approaches",
    status: "completed",
    evaluationCriteria: "Which lasts longer?",
  });
  expect(approaches?.tasks.at(-1)).toMatchObject({ evaluation: true, outputs: { winner: "stone" } });
  expect(Object.values(stage.answered[0] ?? {})[0]).toContain("winner: stone");
});

test("a cancelled delegation ends its executors, starts no more, and the planner goes on with what there is", async () => {
  const stage = await play({
    input: { tasks: [task("a"), task("b"), task("c", "b")], maxConcurrent: 2 },
    executor: async (key, command) => (key === "a" ? done(command) : "hang"),
  });
  const swarm = await until(async () => {
    const [one] = await delegationsOf(stage);
    return one && statuses(one).join() === "a completed,b running,c pending" ? one : null;
  });
  await reaches(stage, "waiting");
  const { swarmId } = swarm;
  expect(await stage.tenant.services.delegations.cancel({ swarmId })).toEqual({ status: "cancel_requested", swarmId });
  const run = await bed.ended(stage.tenant, stage.runId);
  expect(run.status).toBe("completed");
  const [after] = await delegationsOf(stage);
  expect(after).toMatchObject({ status: "cancelled", error: "Somebody cancelled it." });
  expect(after && statuses(after)).toEqual(["a completed", "b cancelled", "c cancelled"]);
  const executor = await bed.ended(stage.tenant, swarm.tasks[1]?.runId ?? "");
  expect(executor.status).toBe("cancelled");
  expect(Object.values(stage.answered[0] ?? {})[0]).toContain("1 of 3 tasks completed. Somebody cancelled it.");
  await expect(stage.tenant.services.delegations.cancel({ swarmId })).resolves.toMatchObject({ swarmId });
});

test("a delegation whose time is over is given up, and the planner goes on", async () => {
  const stage = await play({ input: { tasks: [task("a")], globalTimeoutSeconds: 60 }, executor: async () => "hang" });
  await reaches(stage, "waiting");
  await bed.deps.system.pool.query("UPDATE delegations SET deadline_at = $2 WHERE run_id = $1", [
    stage.runId,
    Date.now(),
  ]);
  await bed.deps.system.pool.query("UPDATE runs SET wake_at = $2 WHERE id = $1", [stage.runId, Date.now()]);
  const run = await bed.ended(stage.tenant, stage.runId);
  expect(run.status).toBe("completed");
  const [swarm] = await delegationsOf(stage);
  expect(swarm).toMatchObject({ status: "failed", error: "Its time was over." });
  expect((await bed.ended(stage.tenant, swarm?.tasks[0]?.runId ?? "")).status).toBe("cancelled");
});

test("cancelling the run cancels its executors, and the delegation shows it", async () => {
  const stage = await play({ input: { tasks: [task("a"), task("b", "a")] }, executor: async () => "hang" });
  await until(async () => stage.executed.length === 1);
  await reaches(stage, "waiting");
  await stage.tenant.services.runs.cancel({ runId: stage.runId });
  const [swarm] = await delegationsOf(stage);
  expect((await bed.ended(stage.tenant, swarm?.tasks[0]?.runId ?? "")).status).toBe("cancelled");
  expect(swarm).toMatchObject({ status: "cancelled" });
  expect(swarm && statuses(swarm)).toEqual(["a cancelled", "b cancelled"]);
  await expect(stage.tenant.services.delegations.cancel({ swarmId: swarm?.swarmId ?? "" })).rejects.toMatchObject({
    code: "CONFLICT",
  });
});

test("an engine dies in the middle of a swarm: each task is done once, and the planner is asked once", async () => {
  const release = new Map<string, () => void>();
  const stage = await play({
    engines: 2,
    input: { tasks: [task("a"), task("b"), task("c", "a", "b")], maxConcurrent: 2 },
    executor: async (key, command) => {
      await new Promise<void>((resolve) => release.set(key, resolve));
      return done(command);
    },
  });
  await until(async () => release.has("a") && release.has("b"));
  stage.engines[0]?.halt();
  release.get("a")?.();
  release.get("b")?.();
  await until(async () => release.has("c"));
  release.get("c")?.();
  const run = await bed.ended(stage.tenant, stage.runId);
  expect(shape(run)).toEqual(["PLAN#1 completed", "AFTER#1 completed"]);
  expect(stage.executed.map(({ key }) => key).sort()).toEqual(["a", "b", "c"]);
  expect([stage.begun(), stage.answered.length]).toEqual([1, 1]);
});

test("planners that wait hold no place: as many of them as there are places, and their executors still run", async () => {
  const tenant = await bed.tenant();
  const script: Script = async (command, peer) => {
    if (command.stepId === "PLAN" && !command.answers) {
      await ask(tenant, peer, "spawn", { executionPrompt: "Build it." });
      return waiting;
    }
    return done(command);
  };
  bed.engine(bed.host(script), { maxConcurrentRuns: 2 });
  const runIds = await Promise.all([1, 2, 3, 4].map(() => bed.start(tenant, plan)));
  const runs = await Promise.all(runIds.map((runId) => bed.ended(tenant, runId)));
  expect(runs.map(({ status }) => status)).toEqual(["completed", "completed", "completed", "completed"]);
});

test("a pause while executors work, and a workload that dies before it waits", async () => {
  let begun = 0;
  const tenant = await bed.tenant();
  const release: (() => void)[] = [];
  const host = bed.host(async (command, peer) => {
    if (command.stepId === "PLAN" && !command.answers) {
      begun += 1;
      await ask(tenant, peer, "spawn", { executionPrompt: "Build it." });
      return begun === 1 ? "die" : waiting;
    }
    if (command.stepId === "EXECUTE") {
      await new Promise<void>((resolve) => release.push(resolve));
    }
    return done(command);
  });
  bed.engine(host);
  const runId = await bed.start(tenant, plan.replace("maxRetries: 0", "maxRetries: 1"));
  await until(async () => release.length === 1);
  const waits = await until(async () => {
    const run = await tenant.services.runs.get({ runId });
    return run.status === "waiting" ? run : null;
  });
  expect(shape(waits)).toEqual(["PLAN#1 failed", "PLAN#2 waiting"]);
  const lost = (await delegationsOf({ tenant, runId })).at(-1);
  expect(lost).toMatchObject({ status: "cancelled", attempt: 1, error: "The step ended without waiting for it." });
  await tenant.services.runs.pause({ runId });
  release[0]?.();
  await after(600);
  expect((await tenant.services.runs.get({ runId })).status).toBe("paused");
  await tenant.services.runs.resume({ runId });
  expect((await bed.ended(tenant, runId)).status).toBe("completed");
  expect(release).toHaveLength(1);
});

test("who may delegate, and what", async () => {
  const tenant = await bed.tenant();
  const stranger = await bed.tenant(["ghost"]);
  const refused: Record<string, string> = {};
  const code = async (name: string, use: Promise<unknown>) => {
    refused[name] = await use.then(
      () => "allowed",
      (error: { code: string; message: string }) => `${error.code} ${error.message}`,
    );
  };
  const host = bed.host(async (command, peer) => {
    const spawn = { executionPrompt: "Build it." };
    if (command.stepId === "EXECUTE") {
      await code("executor", ask(tenant, peer, "spawn", spawn));
      return done(command);
    }
    if (command.stepId === "AFTER") {
      return done(command);
    }
    if (!command.answers) {
      await code("person", tenant.services.delegations.spawn(spawn));
      await code("stranger", ask(stranger, peer, "spawn", spawn));
      await code("other agent", ask(tenant, peer, "spawn", { ...spawn, agentId: "ghost" }));
      await code("circle", ask(tenant, peer, "swarm", { tasks: [task("a", "b"), task("b", "a")] }));
      const many = Array.from({ length: 20 }, (_, index) => task(`t${index}`));
      for (let round = 0; round < 4; round += 1) {
        await ask(tenant, peer, "swarm", { tasks: many, maxConcurrent: 8, globalTimeoutSeconds: 60 });
      }
      await ask(tenant, peer, "spawn", spawn);
      await code("too many", ask(tenant, peer, "swarm", { tasks: many }));
      await bed.deps.system.pool.query(
        "UPDATE delegations SET cancel_requested_at = 1 WHERE run_id = $1 AND kind = 'swarm'",
        [command.runId],
      );
      return waiting;
    }
    await code("late", ask(tenant, peer, "spawn", spawn));
    return done(command);
  });
  bed.engine(host);
  const runId = await bed.start(tenant, plan);
  await bed.ended(tenant, runId);
  expect(refused).toEqual({
    executor: expect.stringMatching(/^FORBIDDEN An executor cannot delegate/),
    person: expect.stringMatching(/^FORBIDDEN/),
    stranger: expect.stringMatching(/^NOT_FOUND/),
    "other agent": expect.stringMatching(/^BAD_REQUEST There is no active agent ghost/),
    circle: expect.stringMatching(/^BAD_REQUEST .*circle: a, b/),
    "too many": expect.stringMatching(/^CONFLICT .*at most 100/),
    late: "allowed",
  });
});
