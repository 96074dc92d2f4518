// Transcripts outlive streams, Redis and engines; every message once.
import { runEvents } from "@djinnbot/events";
import { expect, test } from "vitest";
import { testBed, until } from "../test/bed.ts";
import type { Script } from "../test/peer.ts";
import { done, simple, single, three } from "../test/samples.ts";

const bed = await testBed();

/** Says three pieces, waits until told, says the last two. */
function speaker() {
  let goOn = () => undefined as unknown;
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const script: Script = async (command, peer) => {
    const { stepId, attempt } = command;
    const say = (chunk: string) => peer.narrate({ type: "STEP_OUTPUT", stepId, attempt, chunk });
    for (const chunk of ["one ", "two ", "three "]) {
      await say(chunk);
    }
    await waiting;
    await say("four ");
    await say("five");
    return done(command);
  };
  return { script, goOn: () => goOn() };
}
type Tenant = Awaited<ReturnType<typeof bed.tenant>>;
const stored = async (runId: string): Promise<string[]> => {
  const { rows } = await bed.deps.system.pool.query(
    `SELECT e.data->>'chunk' AS chunk FROM session_events e JOIN sessions s ON s.id = e.session_id AND s.tenant_id = e.tenant_id
     WHERE s.source_id = $1 AND e.event_type = 'STEP_OUTPUT' ORDER BY e.stream_id`,
    [runId],
  );
  return rows.map((row) => row.chunk);
};
const told = async (tenant: Tenant, runId: string) =>
  (await tenant.services.runs.logs({ runId })).flatMap((event) => (event.type === "STEP_OUTPUT" ? [event.chunk] : []));
const isKept = (runId: string) => async () => {
  const { rows } = await bed.deps.system.pool.query("SELECT transcript_at FROM steps WHERE run_id = $1", [runId]);
  return rows.length > 0 && rows.every((row) => row.transcript_at !== null);
};

test("what a running step has said is kept before its stream is lost", async () => {
  const tenant = await bed.tenant();
  const { script, goOn } = speaker();
  bed.engine(bed.host(script), { transcriptMs: 200 });
  const runId = await bed.start(tenant, single());
  await until(async () => (await stored(runId)).join("") === "one two three ");
  const key = runEvents.key({ tenantId: tenant.tenantId, runId });
  await bed.deps.redis.del(key);
  expect(await told(tenant, runId)).toEqual(["one two three "]);
  goOn();
  await bed.ended(tenant, runId);
  await until(isKept(runId));
  await bed.deps.redis.del(key);
  expect(await stored(runId)).toEqual(["one two three ", "four five"]);
  expect(await told(tenant, runId)).toEqual(["one two three ", "four five"]);
});

test("steps that end in the same moment are copied together, each with what it said, of several runs at once", async () => {
  const tenant = await bed.tenant();
  const script: Script = async (command, peer) => {
    const { stepId, attempt } = command;
    for (const piece of ["begins ", "ends"]) {
      await peer.narrate({ type: "STEP_OUTPUT", stepId, attempt, chunk: `${stepId} ${piece}` });
    }
    return simple(command, peer);
  };
  bed.engine(bed.host(script));
  const runs = await Promise.all([bed.start(tenant, three), bed.start(tenant, three)]);
  for (const runId of runs) {
    await bed.ended(tenant, runId);
    await until(isKept(runId));
    const said = ["DESIGN", "PLAN", "BUILD"].map((stepId) => `${stepId} begins ${stepId} ends`);
    expect(await stored(runId)).toEqual(said);
  }
});

test("an engine that takes a run over copies on from where the other stopped", async () => {
  const tenant = await bed.tenant();
  const { script, goOn } = speaker();
  const host = bed.host(script);
  const first = bed.engine(host, { transcriptMs: 200 });
  const runId = await bed.start(tenant, single());
  await until(async () => (await stored(runId)).length > 0);
  first.halt();
  bed.engine(host, { transcriptMs: 200 });
  goOn();
  await bed.ended(tenant, runId);
  await until(isKept(runId));
  expect((await stored(runId)).join("|")).toBe("one two three |four five");
});

test("a transcript that an engine did not live to copy is copied by another, once", async () => {
  const tenant = await bed.tenant();
  const { script, goOn } = speaker();
  goOn();
  const host = bed.host(script);
  const dying = bed.engine(host);
  const runId = await bed.start(tenant, single());
  await bed.ended(tenant, runId);
  await until(isKept(runId));
  dying.halt();
  // As an engine leaves it that dies in the moment between the end of the step and the copy.
  await bed.deps.system.pool.query(
    "UPDATE steps SET transcript_at = NULL, transcript_cursor = NULL, completed_at = completed_at - 60000 WHERE run_id = $1",
    [runId],
  );
  await bed.deps.system.pool.query(
    "DELETE FROM session_events WHERE session_id IN (SELECT id FROM sessions WHERE source_id = $1)",
    [runId],
  );
  const engines = [bed.engine(host, { transcriptMs: 200 }), bed.engine(host, { transcriptMs: 200 })];
  expect(engines).toHaveLength(2);
  await until(isKept(runId));
  expect(await stored(runId)).toEqual(["one two three four five"]);
});
