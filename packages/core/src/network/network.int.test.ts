/** What people hear of refused connections, and what allowing a host changes. */
import { newId } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import { newTenant, type TestDeps, type TestTenant, testDeps } from "@djinnbot/testing";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { call } from "../call.ts";

let deps: TestDeps;
let tenant: TestTenant;
beforeAll(async () => {
  deps = await testDeps();
});
beforeEach(async () => {
  tenant = await newTenant(deps);
  await tenant.services.agents.create({ name: "Ada", slug: "ada" });
});

let place = 0;
/** A run of the agent that was told of these places, the oldest first; times count in minutes before now. */
async function refused(
  agentId: string,
  told: { host: string; port?: number; reason?: string; ago?: number }[],
  parent: { runId: string; step: string } | null = null,
): Promise<string> {
  const [runId, sessionId] = [newId("run"), newId("session")];
  await withTenant(deps.db, tenant.tenantId, async (tx) => {
    const part = parent === null ? {} : { parentRunId: parent.runId, parentStep: parent.step };
    const run = { id: runId, pipelineId: "p", pipelineYaml: "", taskDescription: "Look it up.", ...part };
    await tx.run.create({ data: { ...run, createdAt: 1, updatedAt: 1 } });
    const step = { id: `${runId}_1`, runId, stepId: "ASK", sequence: 1, agentId, status: "running", sessionId };
    await tx.step.create({ data: step });
    await tx.session.create({ data: { id: sessionId, agentId, source: "pipeline", sourceId: runId, createdAt: 1 } });
    for (const { host, port = 443, reason = "tenant", ago = 0 } of told) {
      place += 1;
      const data = {
        type: "EGRESS_REFUSED",
        runId,
        stepId: "ASK",
        attempt: 1,
        host,
        port,
        reason,
        agentId,
        detail: "",
      };
      const row = { id: newId("sessionEvent"), sessionId, streamId: `${place}-0`, eventType: "EGRESS_REFUSED", data };
      await tx.sessionEvent.create({ data: { ...row, timestamp: Date.now() - ago * 60_000 } });
    }
  });
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

describe("allowing", () => {
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
