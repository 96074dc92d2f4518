import { systemKeys, workloadUser } from "@djinnbot/events";
import { expect, test } from "vitest";
import { testBed, until } from "../test/bed.ts";
import type { Script } from "../test/peer.ts";
import { done } from "../test/samples.ts";

const bed = await testBed();

const two = `
id: PIPELINE
name: Two steps
version: "1"
agents: [{ id: finn }, { id: yuki }]
steps:
  - { id: ONE, agent: finn, input: "One", outputs: [one], onComplete: TWO }
  - { id: TWO, agent: yuki, input: "Two {{one}}", outputs: [two] }
`;
const single = `
id: PIPELINE
name: One step
version: "1"
agents: [{ id: finn }]
steps:
  - { id: WORK, agent: finn, input: "Work", outputs: [result] }
`;

/** Steps wait at the gate until it is opened; opened ones pass at once. */
function gate(stepId: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const script: Script = async (command) => {
    if (command.stepId === stepId) {
      await promise;
    }
    return done(command);
  };
  return { script, open: resolve };
}

/** A run whose step ONE is being worked on and waits. */
async function waiting(options: { step?: string } = {}) {
  const tenant = await bed.tenant();
  const { script, open } = gate(options.step ?? "ONE");
  const host = bed.host(script);
  const first = bed.engine(host);
  const runId = await bed.start(tenant, two);
  await until(async () => host.of(runId).some((peer) => peer.worked.at(-1)?.stepId === (options.step ?? "ONE")));
  return { tenant, host, first, runId, open };
}

async function expectOnce({
  tenant,
  host,
  runId,
}: Pick<Awaited<ReturnType<typeof waiting>>, "tenant" | "host" | "runId">) {
  const run = await bed.ended(tenant, runId);
  expect(run.failure).toBeNull();
  expect(run.steps.map((step) => `${step.stepId}#${step.attempt} ${step.status}`)).toEqual([
    "ONE#1 completed",
    "TWO#1 completed",
  ]);
  expect(run.outputs).toEqual({ one: "one done", two: "two done" });
  expect(host.of(runId).flatMap((peer) => peer.worked.map((step) => step.stepId))).toEqual(["ONE", "TWO"]);
  return run;
}

const lockOf = (runId: string) => bed.deps.redis.get(systemKeys.runLock(runId));

test("another engine takes over a killed one's run and its living workload", async () => {
  const { tenant, host, first, runId, open } = await waiting();
  first.halt();
  bed.engine(host);
  await until(async () => (await lockOf(runId)) !== null && (await lockOf(runId)) !== first.instanceId);
  open();
  await expectOnce({ tenant, host, runId });
});

test("a result that arrives while no engine is there is found afterwards", async () => {
  const { tenant, host, first, runId, open } = await waiting();
  first.halt();
  open();
  await new Promise((resolve) => setTimeout(resolve, 300));
  bed.engine(host);
  await expectOnce({ tenant, host, runId });
});

test("a workload that died with its engine has its result counted, if it gave one", async () => {
  const { tenant, host, first, runId, open } = await waiting({ step: "TWO" });
  first.halt();
  open();
  await new Promise((resolve) => setTimeout(resolve, 300));
  host.stopAll();
  bed.engine(host);
  await expectOnce({ tenant, host, runId });
});

test("an engine that lost its lease records nothing", async () => {
  const { tenant, host, first, runId, open } = await waiting();
  await bed.deps.redis.set(systemKeys.runLock(runId), "somebody-else", "PX", 60_000);
  await bed.deps.system.pool.query("UPDATE runs SET lease_epoch = lease_epoch + 1 WHERE id = $1", [runId]);
  open();
  await until(async () => first.stats().held === 0);
  const before = await tenant.services.runs.get({ runId });
  expect(before.steps.map((step) => step.status)).toEqual(["running"]);
  await bed.deps.redis.del(systemKeys.runLock(runId));
  await expectOnce({ tenant, host, runId });
});

test("a drained engine hands its runs over and leaves the workloads alone", async () => {
  const { tenant, host, first, runId, open } = await waiting();
  await first.drain();
  expect(await lockOf(runId)).toBeNull();
  expect(host.of(runId)[0]?.alive).toBe(true);
  bed.engine(host);
  await until(async () => (await lockOf(runId)) !== null);
  open();
  await expectOnce({ tenant, host, runId });
});

test("a Redis that comes back empty loses no run", async () => {
  const { tenant, host, runId, open } = await waiting();
  const sessionId = host.of(runId)[0]?.spec.sessionId ?? "";
  await bed.deps.redis.flushdb();
  await bed.deps.redis.acl("DELUSER", workloadUser(sessionId));
  await bed.deps.redis.client("KILL", "USER", workloadUser(sessionId)).catch(() => undefined);
  open();
  await expectOnce({ tenant, host, runId });
});

test("runs created before Redis was emptied are found", async () => {
  const tenant = await bed.tenant();
  const host = bed.host(async (command) => done(command));
  const runId = await bed.start(tenant, two);
  await bed.deps.redis.flushdb();
  bed.engine(host);
  await expectOnce({ tenant, host, runId });
});

test("Postgres connections that break lose nothing", async () => {
  const { tenant, host, runId, open } = await waiting();
  const kill = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'engine%'`;
  const { default: pg } = await import("pg");
  const owner = new pg.Client({ connectionString: bed.deps.backends.ownerUrl });
  await owner.connect();
  open();
  for (let round = 0; round < 10; round += 1) {
    await owner.query(kill);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  await owner.end();
  await expectOnce({ tenant, host, runId });
});

test("two engines share the work and never repeat it", async () => {
  const tenants = await Promise.all([bed.tenant(), bed.tenant()]);
  const host = bed.host(async (command) => done(command));
  bed.engine(host);
  bed.engine(host);
  const started = await Promise.all(
    tenants.flatMap((tenant) =>
      [1, 2, 3, 4, 5].map(async () => ({ tenant, host, runId: await bed.start(tenant, two) })),
    ),
  );
  await Promise.all(started.map(expectOnce));
});

test("engines are killed again and again, and each run ends once", async () => {
  const tenant = await bed.tenant();
  const host = bed.host(async (command) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    return done(command);
  });
  const engines = [bed.engine(host), bed.engine(host)];
  const runs = await Promise.all([1, 2, 3, 4, 5, 6].map(() => bed.start(tenant, two)));
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 400));
    engines.shift()?.halt();
    engines.push(bed.engine(host));
  }
  for (const runId of runs) {
    const run = await bed.ended(tenant, runId);
    expect(run.status).toBe("completed");
    expect(run.steps.map((step) => step.stepId)).toEqual(["ONE", "TWO"]);
    const events = await until(async () => {
      const told = await bed.events(tenant, runId);
      return told.some((event) => event.type === "RUN_COMPLETE") && told;
    });
    expect(events.filter((event) => event.type === "RUN_COMPLETE")).toHaveLength(1);
    expect(events.filter((event) => event.type === "STEP_COMPLETE")).toHaveLength(2);
  }
});

test("tenants take turns: a long queue of one does not keep another waiting", async () => {
  const [many, few] = [await bed.tenant(), await bed.tenant()];
  const order: string[] = [];
  const host = bed.host(async (command, peer) => {
    order.push(peer.spec.tenantId === many.tenantId ? "many" : "few");
    return done(command);
  });
  const runs: { tenant: typeof many; runId: string }[] = [];
  for (let count = 0; count < 4; count += 1) {
    runs.push({ tenant: many, runId: await bed.start(many, single) });
  }
  runs.push({ tenant: few, runId: await bed.start(few, single) });
  // Nothing tells the engine which run is there: the sweep's order counts.
  await bed.deps.redis.del(systemKeys.globalEvents);
  bed.engine(host, { maxConcurrentRuns: 1 });
  await Promise.all(runs.map(({ tenant, runId }) => bed.ended(tenant, runId)));
  expect(order).toHaveLength(5);
  expect(order.indexOf("few")).toBeLessThanOrEqual(1);
});

test("a tenant never has more runs under way than it may, whatever the number of engines", async () => {
  const tenant = await bed.tenant();
  await bed.deps.system.pool.query("UPDATE tenants SET max_concurrent_runs = 2 WHERE id = $1", [tenant.tenantId]);
  let [now, most] = [0, 0];
  const host = bed.host(async (command) => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, 60));
    now -= 1;
    return done(command);
  });
  bed.engine(host);
  bed.engine(host);
  const runs = await Promise.all([1, 2, 3, 4, 5, 6].map(() => bed.start(tenant, single)));
  for (const runId of runs) {
    expect((await bed.ended(tenant, runId)).status).toBe("completed");
  }
  expect(most).toBe(2);
});

test("a cancel reaches the run also when its engine is gone", async () => {
  const { tenant, host, first, runId } = await waiting();
  first.halt();
  await tenant.services.runs.cancel({ runId });
  bed.engine(host);
  const run = await bed.ended(tenant, runId);
  expect(run.status).toBe("cancelled");
  await until(async () => !host.of(runId)[0]?.alive);
});

test("a workload whose run is over does not survive a sweep", async () => {
  const { tenant, host, first, runId } = await waiting();
  first.halt();
  await bed.deps.system.pool.query(
    "UPDATE runs SET status = 'failed', completed_at = 1, lease_epoch = lease_epoch + 1 WHERE id = $1",
    [runId],
  );
  bed.engine(host, { orphanAgeMs: 100 });
  await until(async () => !host.of(runId)[0]?.alive);
  const { rows } = await bed.deps.system.pool.query("SELECT status FROM sessions WHERE source_id = $1", [runId]);
  expect(rows.length).toBe(1);
  await until(async () => {
    const { rows: open } = await bed.deps.system.pool.query(
      "SELECT 1 FROM sessions WHERE source_id = $1 AND status IN ('starting', 'running')",
      [runId],
    );
    return open.length === 0;
  });
  expect((await tenant.services.runs.get({ runId })).status).toBe("failed");
});
