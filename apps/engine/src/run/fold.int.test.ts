import { expect, test } from "vitest";
import { testBed, until } from "../test/bed.ts";
import type { AgentStep } from "../test/peer.ts";
import { done, shape, single } from "../test/samples.ts";

const bed = await testBed();

test("a result that comes late from a session that was replaced does not end what the new one does", async () => {
  const tenant = await bed.tenant();
  const commands: AgentStep[] = [];
  const host = bed.host(async (command, peer) => {
    commands.push(command);
    const [old] = commands;
    if (!old || commands.length === 1) {
      await until(async () => peer.pausing);
      return { outcome: "paused" };
    }
    const { commandId, stepId, attempt, runId, sessionId } = old;
    const ids = { commandId, stepId, attempt, runId, sessionId, tenantId: tenant.tenantId };
    const result = { ...done(old, { result: "late" }), failure: null, commitHash: null, turns: 1 };
    await peer.say(JSON.stringify({ v: 1, id: "evt_1", requestId: "r", at: 1, type: "stepResult", ...ids, ...result }));
    return done(command);
  });
  bed.engine(host);
  const runId = await bed.start(tenant, single());
  await until(async () => commands.length === 1);
  await tenant.services.runs.pause({ runId });
  await until(async () => (await tenant.services.runs.get({ runId })).status === "paused");
  await tenant.services.runs.resume({ runId });
  const run = await bed.ended(tenant, runId);
  const [old, now] = commands;
  // Only the session tells the one from the other.
  expect([now?.commandId, now?.attempt]).toEqual([old?.commandId, old?.attempt]);
  expect(now?.sessionId).not.toBe(old?.sessionId);
  expect(shape(run)).toEqual(["WORK#1 completed"]);
  expect(run.outputs).toEqual({ result: "result done" });
});
