import type { Statement } from "@djinnbot/core/tenant-sql";
import { newTenant, testDeps } from "@djinnbot/testing";
import { expect, it, onTestFinished } from "vitest";
import { LostRun } from "../lib/errors.ts";
import { single } from "../test/samples.ts";
import { heldPipeline } from "./fence.ts";

const take = "UPDATE runs SET lease_epoch = lease_epoch + 1 WHERE id = $1";
const note = (runId: string): Statement => ({
  text: "INSERT INTO outputs (run_id, key, step_id, value, updated_at) VALUES ($1, 'key', 'WORK', 'x', 1)",
  values: [runId],
});

async function stage() {
  const deps = await testDeps();
  const tenant = await newTenant(deps);
  await tenant.services.pipelines.create({
    pipelineId: "one",
    yamlContent: single().replace("PIPELINE", "one"),
  } as never);
  const { id: runId } = await tenant.services.runs.create({ pipelineId: "one", task: "Work." });
  const { tenantId } = tenant;
  const { pool } = deps.system;
  const written = async () => (await pool.query("SELECT 1 FROM outputs WHERE run_id = $1", [runId])).rows.length;
  const yes = async (text: string, pid: number) => (await pool.query(text, [pid])).rows.length > 0;
  const waitsFor = (pid: number) =>
    yes("SELECT 1 FROM pg_locks WHERE NOT granted AND $1 = ANY(pg_blocking_pids(pid))", pid);
  const isBlocked = (pid: number) => yes("SELECT 1 WHERE cardinality(pg_blocking_pids($1)) > 0", pid);
  const client = async () => {
    const one = await pool.connect();
    onTestFinished(() => one.release(true));
    const { rows } = await one.query("SELECT pg_backend_pid() AS pid");
    return { query: (text: string, values: unknown[] = []) => one.query(text, values), pid: rows[0].pid as number };
  };
  return { deps, tenantId, runId, written, client, waitsFor, isBlocked };
}

it("nobody takes a run between the look at its epoch and the commit", async () => {
  const { deps, tenantId, runId, written, client, waitsFor, isBlocked } = await stage();
  const [gate, taker] = [await client(), await client()];
  // The holder's transaction stops behind its fence, at a lock that this test has.
  const wait: Statement = { text: "SELECT pg_advisory_xact_lock($1)", values: [gate.pid] };
  await gate.query("SELECT pg_advisory_lock($1)", [gate.pid]);
  const writing = heldPipeline(deps, { tenantId, runId, epoch: 0 }, [wait, note(runId)]);
  await expect.poll(() => waitsFor(gate.pid)).toBe(true);
  let taken = false;
  const taking = taker.query(take, [runId]).then(() => {
    taken = true;
  });
  await expect.poll(async () => taken || (await isBlocked(taker.pid))).toBe(true);
  expect(taken).toBe(false);
  await gate.query("SELECT pg_advisory_unlock($1)", [gate.pid]);
  await Promise.all([writing, taking]);
  expect(await written()).toBe(1);
});

it("who comes after a taker that has not committed yet waits for it, and writes nothing", async () => {
  const { deps, tenantId, runId, written, client, waitsFor } = await stage();
  const taker = await client();
  await taker.query("BEGIN");
  await taker.query(take, [runId]);
  const writing = heldPipeline(deps, { tenantId, runId, epoch: 0 }, [note(runId)]).catch((error: Error) => error);
  await expect.poll(async () => (await waitsFor(taker.pid)) || (await written()) > 0).toBe(true);
  await taker.query("COMMIT");
  expect(await writing).toBeInstanceOf(LostRun);
  expect(await written()).toBe(0);
});

it("a run of another tenant is not there", async () => {
  const { deps, runId, written } = await stage();
  const { tenantId } = await newTenant(deps);
  await expect(heldPipeline(deps, { tenantId, runId, epoch: 0 }, [note(runId)])).rejects.toThrow(LostRun);
  expect(await written()).toBe(0);
});
