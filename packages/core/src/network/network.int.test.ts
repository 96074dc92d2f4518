/** What people hear of refused connections, and what allowing a host changes. */
import { type EgressRefusal, newId } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { newTenant, type TestDeps, type TestTenant, testDeps } from "@djinnbot/testing";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sweepRefusals } from "../auth/sweep.ts";
import { call } from "../call.ts";
import { recordRefusal } from "../egress/record-refusal.ts";

let deps: TestDeps;
let tenant: TestTenant;
beforeAll(async () => {
  deps = await testDeps();
});
beforeEach(async () => {
  tenant = await newTenant(deps);
  await tenant.services.agents.create({ name: "Ada", slug: "ada" });
});

/** A run of the agent that was refused these places, the oldest first; times count in minutes before now. */
async function refused(
  slug: string,
  places: { host: string; port?: number; reason?: EgressRefusal; ago?: number }[],
  parent: { runId: string; step: string } | null = null,
): Promise<string> {
  const runId = newId("run");
  const agentId = (await tenant.services.agents.get({ agentId: slug })).id;
  await withTenant(deps.db, tenant.tenantId, async (tx) => {
    const part = parent === null ? {} : { parentRunId: parent.runId, parentStep: parent.step };
    const run = { id: runId, pipelineId: "p", pipelineYaml: "", taskDescription: "Look it up.", ...part };
    await tx.run.create({ data: { ...run, createdAt: 1, updatedAt: 1 } });
    const step = { id: `${runId}_1`, runId, stepId: "ASK", sequence: 1, agentId: slug, status: "running" };
    await tx.step.create({ data: step });
  });
  for (const { host, port = 443, reason = "tenant", ago = 0 } of places) {
    const refusal = { place: { host, port }, reason, agentId, runId, stepId: "ASK", at: Date.now() - ago * 60_000 };
    await recordRefusal(deps, tenant.tenantId, refusal);
  }
  return runId;
}
const refusals = (input: { agentId?: string; limit?: number } = {}) => tenant.services.network.refusals(input);
const rules = (egressMode: "listed" | "none", egressHosts: string[] = []) =>
  tenant.services.settings.update({ egressMode, egressHosts });

describe("the latest refusals", () => {
  it("name each place of an agent once, with its run, newest first, and forget what is old", async () => {
    await rules("listed");
    await tenant.services.agents.create({ name: "Bea", slug: "bea" });
    const day = 24 * 60;
    await refused("ada", [
      { host: "a.test", ago: 50 },
      { host: "gone.test", ago: 8 * day },
    ]);
    const again = await refused("ada", [
      { host: "b.test", port: 8443, ago: 20 },
      { host: "a.test", ago: 10 },
    ]);
    await refused("bea", [{ host: "a.test", ago: 30 }]);
    const all = await refusals();
    expect(all.map(({ host, agentId, times }) => [host, agentId, times])).toEqual([
      ["a.test", "ada", 2],
      ["b.test", "ada", 1],
      ["a.test", "bea", 1],
    ]);
    expect(all[0]).toMatchObject({ port: 443, reason: "tenant", agentName: "Ada", runId: again, stepId: "ASK" });
    expect(all.map(({ allow }) => allow?.host)).toEqual(["a.test", "b.test:8443", "a.test"]);
    expect(await refusals({ agentId: "bea" })).toMatchObject([{ host: "a.test", agentId: "bea" }]);
    expect(await refusals({ limit: 1 })).toHaveLength(1);
    const other = await newTenant(deps);
    expect(await other.services.network.refusals({})).toEqual([]);
    await expect(other.services.network.refusals({ agentId: "bea" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("offer to allow only what that would open", async () => {
    await rules("none");
    await refused("ada", [
      { host: "a.test" },
      // Whatever refused it first, no list would open it.
      { host: "10.0.0.1" },
      { host: "inside.test", reason: "private" },
      { host: "mail.test", port: 25 },
      { host: "2606:4700:4700::1111" },
    ]);
    const now = async () =>
      Object.fromEntries((await refusals()).map(({ host, refusedNow, allow }) => [host, [refusedNow, allow]]));
    const shut = { "10.0.0.1": ["private", null], "inside.test": ["private", null], "mail.test": ["port", null] };
    const closed = { "a.test": ["tenant", null], "2606:4700:4700::1111": ["tenant", null] };
    expect(await now()).toEqual({ ...shut, ...closed });
    await rules("listed", ["mail.test:25", "10.0.0.1", "inside.test"]);
    // An IPv6 address cannot be listed.
    expect(await now()).toEqual({ ...shut, ...closed, "a.test": ["tenant", { host: "a.test", agentId: null }] });
  });
});

describe("an agent that wants to deceive", () => {
  it("finds its own stream unread: whatever it writes there is offered to nobody", async () => {
    await rules("listed");
    const runId = await refused("ada", [{ host: "real.test" }]);
    const sessionId = newId("session");
    const untrue = [
      { host: "*.com" },
      { host: "exfil.test", agentId: "bea", reason: "agent" },
      { host: "late.test", at: Date.UTC(2200, 0, 1) },
      { host: `${"x".repeat(1_900_000)}.test` },
    ];
    await withTenant(deps.db, tenant.tenantId, async (tx) => {
      const session = { id: sessionId, agentId: "ada", source: "pipeline", sourceId: runId, createdAt: 1 };
      await tx.session.create({ data: session });
      for (const [at, told] of untrue.entries()) {
        const data = { stepId: "ASK", port: 443, reason: "tenant", agentId: "ada", ...told };
        const event = { sessionId, streamId: `${at + 1}-0`, eventType: "EGRESS_REFUSED", timestamp: Date.now() };
        await tx.sessionEvent.create({ data: { id: newId("sessionEvent"), ...event, data } });
      }
    });
    expect((await refusals()).map(({ host }) => host)).toEqual(["real.test"]);
  });

  it("hides what others were refused neither by many places nor by long tasks", async () => {
    await rules("listed");
    await tenant.services.agents.create({ name: "Bea", slug: "bea" });
    await refused("bea", [{ host: "real.test", ago: 60 }]);
    const runId = await refused(
      "ada",
      Array.from({ length: 230 }, (_, at) => ({ host: `h${at}.test`, ago: 40 - at / 10 })),
    );
    await withTenant(deps.db, tenant.tenantId, (tx) =>
      tx.run.update({ where: { id: runId }, data: { taskDescription: "x".repeat(100_000) } }),
    );
    const shown = await refusals({ limit: 3 });
    expect(shown.map(({ host }) => host)).toEqual(["h229.test", "h228.test", "real.test"]);
    expect(shown[0]?.task).toHaveLength(500);
    const { rows } = await deps.system.pool.query(
      "SELECT count(*)::int AS n, bool_or(host = 'h29.test') AS old FROM refused_places WHERE run_id = $1",
      [runId],
    );
    expect(rows).toEqual([{ n: 200, old: false }]);
  });
});

it("what is no longer shown is deleted, and what belongs to a run goes with it", async () => {
  await rules("listed");
  const runId = await refused("ada", [{ host: "a.test" }, { host: "old.test", ago: 8 * 24 * 60 }]);
  const kept = () => withTenant(deps.db, tenant.tenantId, (tx) => tx.refusedPlace.count());
  expect(await kept()).toBe(2);
  expect(await sweepRefusals(deps)).toBeGreaterThan(0);
  expect(await kept()).toBe(1);
  await withTenant(deps.db, tenant.tenantId, (tx) => tx.run.delete({ where: { id: runId } }));
  expect(await kept()).toBe(0);
});

describe("allowing", () => {
  it("opens one host with a click, never all below a name", async () => {
    await rules("listed");
    for (const host of ["*.com", "*", "a.test/b", "[::1]"]) {
      await expect(tenant.services.network.allow({ host })).rejects.toMatchObject({ code: "VALIDATION" });
    }
  });

  it("neither undoes nor loses what is changed at the same time", async () => {
    const { agents, settings, network } = tenant.services;
    for (let round = 0; round < 12; round += 1) {
      const host = `n${round}.test`;
      await agents.putConfig({ agentId: "ada", egressMode: "listed", egressHosts: ["old.test"] });
      await rules("listed", ["old.test"]);
      const [, , ofAgent, ofTeam] = await Promise.allSettled([
        agents.putConfig({ agentId: "ada", egressMode: "none" }),
        settings.update({ egressMode: "none" }),
        network.allow({ host, agentId: "ada" }),
        network.allow({ host }),
      ]);
      for (const [allowed, now] of [
        [ofAgent, await agents.getConfig({ agentId: "ada" })],
        [ofTeam, await settings.get({})],
      ] as const) {
        expect(now.egressMode).toBe("none");
        // Who came too late was told so; who came before is on the list that is kept.
        expect(now.egressHosts).toEqual(allowed.status === "fulfilled" ? ["old.test", host] : ["old.test"]);
        if (allowed.status === "rejected") {
          expect(allowed.reason).toMatchObject({ code: "CONFLICT" });
        }
      }
    }
  });

  it("waits for a change that is not committed yet", async () => {
    await rules("listed", ["old.test"]);
    await tenant.services.agents.putConfig({ agentId: "ada", egressMode: "listed", egressHosts: ["old.test"] });
    const other = await deps.system.pool.connect();
    try {
      await other.query("BEGIN");
      const closed = { egressMode: "none" };
      await other.query("UPDATE agents SET config_json = config_json || $2 WHERE tenant_id = $1", [
        tenant.tenantId,
        closed,
      ]);
      const kept = JSON.stringify(["kept.test"]);
      await other.query("UPDATE global_settings SET value = $2 WHERE tenant_id = $1 AND key = 'egressHosts'", [
        tenant.tenantId,
        kept,
      ]);
      const allowing = Promise.allSettled([
        tenant.services.network.allow({ host: "new.test", agentId: "ada" }),
        tenant.services.network.allow({ host: "new.test" }),
      ]);
      const waiting =
        "SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid";
      await expect.poll(async () => (await other.query(waiting)).rows, { timeout: 5000 }).toEqual([{ n: 2 }]);
      await other.query("COMMIT");
      expect(await allowing).toMatchObject([
        { status: "rejected", reason: { code: "CONFLICT" } },
        { status: "fulfilled", value: { hosts: ["kept.test", "new.test"] } },
      ]);
    } finally {
      other.release();
    }
  });

  it("adds to the team's list, then to the agent's, until nothing refuses it", async () => {
    await rules("listed", ["kept.test"]);
    await tenant.services.agents.putConfig({ agentId: "ada", egressMode: "listed", egressHosts: ["own.test"] });
    await refused("ada", [{ host: "a.test" }]);
    expect(await refusals()).toMatchObject([{ refusedNow: "tenant", allow: { host: "a.test", agentId: null } }]);
    const both = await Promise.all(["a.test", "b.test"].map((host) => tenant.services.network.allow({ host })));
    expect(both.map(({ mode }) => mode)).toEqual(["listed", "listed"]);
    const { egressHosts } = await tenant.services.settings.get({});
    expect(egressHosts.toSorted()).toEqual(["a.test", "b.test", "kept.test"]);
    expect(await refusals()).toMatchObject([{ refusedNow: "agent", allow: { host: "a.test", agentId: "ada" } }]);
    await tenant.services.network.allow({ host: "a.test", agentId: "ada" });
    expect((await tenant.services.agents.getConfig({ agentId: "ada" })).egressHosts).toEqual(["own.test", "a.test"]);
    expect(await refusals()).toMatchObject([{ reason: "tenant", refusedNow: null, allow: null }]);
    const { rows } = await deps.system.pool.query(
      "SELECT count(*)::int AS n FROM audit_log WHERE tenant_id = $1 AND action = 'network.allow'",
      [tenant.tenantId],
    );
    expect(rows).toEqual([{ n: 3 }]);
  });

  it("finds the agent whose rules bind an executor", async () => {
    await tenant.services.agents.create({ name: "Bea", slug: "bea" });
    await tenant.services.agents.putConfig({ agentId: "bea", egressMode: "listed", egressHosts: [] });
    const caller = await refused("bea", []);
    await refused("ada", [{ host: "a.test", reason: "agent" }], { runId: caller, step: `${caller}_1` });
    expect(await refusals()).toMatchObject([{ refusedNow: "agent", allow: { host: "a.test", agentId: "bea" } }]);
  });

  it("is refused where the rules allow nothing, and for the team needs who may change its settings", async () => {
    await rules("none", ["kept.test"]);
    const { network } = tenant.services;
    await expect(network.allow({ host: "a.test" })).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await tenant.services.settings.get({})).egressHosts).toEqual(["kept.test"]);
    const scopes = new Set([...tenant.caller.scopes].filter((scope) => scope !== "settings:write"));
    const member = { ...tenant.caller, scopes };
    await expect(call(member, "network", "allow", { host: "a.test" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(call(member, "network", "allow", { host: "a.test", agentId: "nobody" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
