import { newTenant, type TestDeps, type TestTenant, testDeps, unique } from "@djinnbot/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { soundPipeline } from "./pipeline-language/sample.test-data.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
});

type Services = TestTenant["services"];
interface Things {
  agentId: string;
  /** A pending run. */
  runId: string;
  /** A failed run. */
  endedRunId: string;
  keyId: string;
}
const actions: Record<string, (services: Services, things: Things) => Promise<unknown>> = {
  "agent.create": (to) => to.agents.create({ name: "Bea" }),
  "agent.clone": (to, { agentId }) => to.agents.clone({ agentId }),
  "agent.update": (to, { agentId }) => to.agents.update({ agentId, name: "Cleo" }),
  "agent.config": (to, { agentId }) => to.agents.putConfig({ agentId, timeout: 60 }),
  "agent.file": (to, { agentId }) => to.agents.putFile({ agentId, filename: "SOUL.md", content: "Calm." }),
  "agent.delete": (to, { agentId }) => to.agents.delete({ agentId }),
  "pipeline.create": (to) => to.pipelines.create({ yamlContent: soundPipeline, id: "second" }),
  "pipeline.clone": (to) => to.pipelines.clone({ pipelineId: "sample" }),
  "pipeline.update": (to) => to.pipelines.update({ pipelineId: "sample", yamlContent: soundPipeline }),
  "pipeline.delete": (to) => to.pipelines.delete({ pipelineId: "sample" }),
  "run.create": (to) => to.runs.create({ pipelineId: "sample", task: "Task" }),
  "run.update": (to, { runId }) => to.runs.update({ runId, humanContext: "Mind" }),
  "run.cancel": (to, { runId }) => to.runs.cancel({ runId }),
  "run.restart": (to, { endedRunId }) => to.runs.restart({ runId: endedRunId }),
  "step.restart": (to, { endedRunId }) => to.steps.restart({ runId: endedRunId, stepId: "CHECK" }),
  "run.delete": (to, { endedRunId }) => to.runs.delete({ runId: endedRunId }),
  "run.deleteMany": (to) => to.runs.deleteMany({ status: "failed" }),
  "apiKey.create": (to) => to.apiKeys.create({ name: "ci" }),
  "apiKey.revoke": (to, { keyId }) => to.apiKeys.revoke({ keyId }),
  "tenant.update": (to) => to.tenants.update({ name: "Renamed" }),
  "settings.update": (to) => to.settings.update({ pulseEnabled: false }),
  "provider.put": (to) => to.settings.putProvider({ providerId: "openai", apiKey: "sk-secret-of-test" }),
  "provider.create": (to) =>
    to.settings.createCustomProvider({ name: "Mine", slug: "mine", baseUrl: "https://example.com/v1" }),
  "provider.delete": async (to) => {
    await to.settings.putProvider({ providerId: "openai" });
    await to.settings.deleteProvider({ providerId: "openai" });
  },
};

async function prepare(tenant: TestTenant): Promise<Things> {
  const { agents, pipelines, runs, apiKeys } = tenant.services;
  const agent = await agents.create({ name: unique("Ada") });
  await pipelines.create({ yamlContent: soundPipeline });
  const [run, ended] = [
    await runs.create({ pipelineId: "sample", task: "Task" }),
    await runs.create({ pipelineId: "sample", task: "Task" }),
  ];
  await deps.system.pool.query("UPDATE runs SET status = 'failed' WHERE id = $1", [ended.id]);
  const key = await apiKeys.create({ name: "key" });
  await deps.system.pool.query("DELETE FROM audit_log WHERE tenant_id = $1", [tenant.tenantId]);
  return { agentId: agent.id, runId: run.id, endedRunId: ended.id, keyId: key.id };
}

describe("the audit log", () => {
  it.each(Object.entries(actions))("has a row for %s, with its actor and without secrets", async (action, act) => {
    const tenant = await newTenant(deps);
    await act(tenant.services, await prepare(tenant));
    const { rows } = await deps.system.pool.query(
      "SELECT actor_kind, actor_id, request_id, detail::text AS detail FROM audit_log WHERE tenant_id = $1 AND action = $2",
      [tenant.tenantId, action],
    );
    expect(rows).toMatchObject([{ actor_kind: "user", actor_id: tenant.userId, request_id: tenant.caller.requestId }]);
    expect(rows[0]?.detail).not.toContain("sk-secret");
  });
});
