/** The moments in which a planner begins to wait, and goes on. */
import { systemKeys } from "@djinnbot/events";
import { expect, test } from "vitest";
import { testBed, until } from "../test/bed.ts";
import { ask, delegationsOf, keyOf, plan, task, waiting } from "../test/delegating.ts";
import { testWorkspace } from "../test/host.ts";
import { done } from "../test/samples.ts";

const bed = await testBed();

/** What comes to it stays until it is opened. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const at = { reached: false };
  const pass = () => {
    at.reached = true;
    return opened;
  };
  return { at, pass, open: () => open() };
}

test("an executor that ends while its planner is about to wait is not missed, though another still works", async () => {
  const tenant = await bed.tenant();
  const executors = new Map<string, () => void>();
  const host = bed.host(async (command, peer) => {
    if (command.stepId === "PLAN" && !command.answers) {
      await ask(tenant, peer, "swarm", { tasks: [task("x"), task("a"), task("b"), task("next", "a")] });
      return waiting;
    }
    if (command.stepId === "EXECUTE") {
      await new Promise<void>((resolve) => executors.set(keyOf(command), resolve));
    }
    return done(command);
  });
  let taken = "";
  // The engine asks it about an executor's branch after it has read who ended, and before it lets the run wait.
  const taking = gate();
  const head = async (of: { runId: string }) => {
    if (of.runId === taken) {
      await taking.pass();
    }
    return null;
  };
  bed.engine(host, { workspace: { ...testWorkspace(), head } });
  const runId = await bed.start(tenant, plan);
  await until(async () => executors.size === 3 && (await tenant.services.runs.get({ runId })).status === "waiting");
  const [swarm] = await delegationsOf({ tenant, runId });
  const runOf = (wanted: string) => swarm?.tasks.find(({ key }) => key === wanted)?.runId ?? "";
  taken = runOf("x");
  executors.get("x")?.();
  await until(async () => taking.at.reached);
  executors.get("a")?.();
  await bed.ended(tenant, runOf("a"));
  // Once its engine has let go of it, whom it had to wake is woken.
  await until(async () => (await bed.deps.redis.exists(systemKeys.runLock(runOf("a")))) === 0);
  taking.open();
  await until(async () => executors.has("next"));
  executors.get("next")?.();
  executors.get("b")?.();
  expect((await bed.ended(tenant, runId)).status).toBe("completed");
});

test("a planner that need not wait goes on in a process of its own, once the one that delegated is gone", async () => {
  const tenant = await bed.tenant();
  let living: boolean[] = [];
  const host = bed.host(async (command, peer) => {
    if (command.stepId === "PLAN") {
      if (command.answers) {
        living = host.of(command.runId).map(({ alive }) => alive);
        return done(command);
      }
      const { delegationId = "" } = await ask(tenant, peer, "spawn", { executionPrompt: "Build it." });
      await tenant.services.delegations.cancel({ swarmId: delegationId });
      return waiting;
    }
    return done(command);
  });
  bed.engine(host);
  const runId = await bed.start(tenant, plan);
  expect((await bed.ended(tenant, runId)).status).toBe("completed");
  expect(living).toEqual([false, true]);
  const { rows } = await bed.deps.system.pool.query(
    "SELECT count(*)::int AS n FROM api_keys WHERE run_id = $1 AND session_id = $2 AND is_active",
    [runId, host.of(runId)[0]?.spec.sessionId],
  );
  expect(rows).toEqual([{ n: 0 }]);
});
