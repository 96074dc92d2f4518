import { newId } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { parseMessage, runEvents, tenantEvents, toEntries } from "@djinnbot/events";
import { newTenant, type TestDeps, type TestTenant, testDeps } from "@djinnbot/testing";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { outbox, outboxBatch, outboxMessage, publishOutbox, relayOutbox } from "./outbox.ts";

let deps: TestDeps;
let tenant: TestTenant;
beforeAll(async () => {
  deps = await testDeps();
});
beforeEach(async () => {
  tenant = await newTenant(deps);
});

const minuteAgo = () => Date.now() - 60_000;
/** What a change leaves behind when its process dies between commit and publishing. */
const crashed = (runId: string, now: () => number = minuteAgo) =>
  withTenant(deps.db, tenant.tenantId, (tx) =>
    outbox(tx, { ...tenant.caller, now }, ["run", "tenant"], { type: "RUN_CANCELLED", runId, reason: "Test." }),
  );
async function entriesOf(key: string) {
  return toEntries((await deps.redis.xrange(key, "-", "+")) as [string, string[]][]);
}
const ofRun = (runId: string) => entriesOf(runEvents.key({ tenantId: tenant.tenantId, runId }));
const ofTenant = () => entriesOf(tenantEvents.key(tenant));
async function rowIds(): Promise<string[]> {
  const { rows } = await deps.system.pool.query("SELECT id FROM outbox WHERE tenant_id = $1", [tenant.tenantId]);
  return rows.map((row) => row.id);
}
const untilEmpty = () => vi.waitFor(async () => expect(await rowIds()).toEqual([]), { timeout: 10_000 });

describe("relayOutbox", () => {
  it("publishes what a crash left behind exactly once, also with two relays at once", async () => {
    const runId = newId("run");
    const row = await crashed(runId);
    expect(await ofRun(runId)).toEqual([]);
    await Promise.all([relayOutbox(deps), relayOutbox(deps)]);
    await relayOutbox(deps);
    const entries = await ofRun(runId);
    expect(entries).toHaveLength(1);
    expect(parseMessage(runEvents.schema, entries[0]?.data)).toMatchObject({
      message: { id: row.id, type: "RUN_CANCELLED", runId, tenantId: tenant.tenantId },
    });
    expect((await ofTenant()).filter(({ data }) => data.includes(row.id))).toHaveLength(1);
    await untilEmpty();
  });

  it("repeats nothing when the process died after publishing and before deleting", async () => {
    const runId = newId("run");
    const row = await crashed(runId);
    await publishOutbox(deps, [row]);
    await untilEmpty();
    // The row is there again, as if its deletion had been lost.
    await deps.system.pool.query(
      "INSERT INTO outbox (id, tenant_id, streams, run_id, message, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
      [row.id, row.tenantId, row.streams, row.runId, row.message, minuteAgo()],
    );
    expect(await relayOutbox(deps)).toBeGreaterThan(0);
    await untilEmpty();
    expect(await ofRun(runId)).toHaveLength(1);
  });

  it("leaves fresh rows to the process that wrote them", async () => {
    const runId = newId("run");
    const row = await crashed(runId, Date.now);
    await relayOutbox(deps, 60_000);
    expect(await ofRun(runId)).toEqual([]);
    expect(await rowIds()).toEqual([row.id]);
  });

  it("publishes a batch in its order", async () => {
    const runId = newId("run");
    const reasons = ["one", "two", "three"];
    const [row] = outboxBatch(
      reasons.map((reason) => outboxMessage(tenant.caller, ["run"], { type: "RUN_CANCELLED", runId, reason })),
    );
    await deps.system.pool.query(
      "INSERT INTO outbox (id, tenant_id, streams, run_id, message, created_at) VALUES ($1, $2, '{}', $3, $4, $5)",
      [row?.id, tenant.tenantId, runId, row?.message, minuteAgo()],
    );
    await relayOutbox(deps);
    expect((await ofRun(runId)).map(({ data }) => JSON.parse(data).reason)).toEqual(reasons);
  });

  it("keeps rows while Redis is away", async () => {
    const runId = newId("run");
    const row = await crashed(runId);
    const away = deps.redis.duplicate({ lazyConnect: true, enableOfflineQueue: false });
    away.on("error", () => undefined);
    await relayOutbox({ ...deps, redis: away });
    away.disconnect();
    expect(await rowIds()).toEqual([row.id]);
    await relayOutbox(deps);
    expect(await ofRun(runId)).toHaveLength(1);
  });
});
