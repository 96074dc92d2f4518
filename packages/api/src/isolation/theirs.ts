/** What tenant A has before the isolation test: one of everything. */
import { newId } from "@djinnbot/contracts";
import { change } from "@djinnbot/core/change";
import type { TestTenant } from "@djinnbot/testing";
import type { Theirs } from "./fixtures.ts";

/** Gives A one of everything, each with a mark that must never show. */
export async function fill(tenant: TestTenant): Promise<Theirs> {
  const mark = `secret${newId("event").slice(4)}`;
  const work = await fillWork(tenant, mark);
  const settings = await fillSettings(tenant, { mark, runId: work.runId });
  return {
    tenantId: tenant.tenantId,
    userId: tenant.userId,
    ...work,
    ...settings,
    refreshToken: tenant.tokens.refreshToken,
    marks: [
      mark,
      tenant.tenantId,
      tenant.userId,
      tenant.email,
      work.agentId,
      work.runId,
      settings.keyId,
      settings.budgetId,
      settings.priceId,
    ],
  };
}

/** A run with all that can belong to one. */
async function fillWork(tenant: TestTenant, mark: string) {
  const agent = await tenant.run<{ id: string; slug: string }>("agents", "create", {
    name: `Agent ${mark}`,
    slug: `a-${mark}`,
  });
  const yamlContent = `id: p-${mark}\nname: Pipeline ${mark}\nversion: 1.0.0\nagents:\n  - id: a-${mark}\nsteps:\n  - id: ONE\n    agent: a-${mark}\n    input: hello\n`;
  const pipeline = await tenant.run<{ id: string }>("pipelines", "create", { yamlContent });
  const run = await tenant.run<{ id: string }>("runs", "create", { pipelineId: pipeline.id, task: `Task ${mark}` });
  await tenant.run("runs", "cancel", { runId: run.id });
  const approval = { id: `${run.id}_GATE`, runId: run.id, stepId: "GATE", attempt: 1 };
  const swarmId = newId("delegation");
  await change(tenant.caller as never, async (tx) => {
    await tx.approval.create({ data: { ...approval, message: `Question ${mark}`, createdAt: Date.now() } });
    const step = { runId: run.id, stepId: "ONE", attempt: 1, stepRow: `${run.id}_ONE`, agent: agent.slug };
    const times = { createdAt: Date.now(), updatedAt: Date.now() };
    await tx.delegation.create({ data: { id: swarmId, ...step, ...times, kind: "swarm", maxConcurrent: 1 } });
    const text = { key: "a", position: 0, title: `Task ${mark}`, prompt: mark, timeoutSeconds: 60 };
    await tx.delegationTask.create({ data: { ...text, delegationId: swarmId, runId: newId("run") } });
    const place = { agentId: agent.id, host: `${mark}.example.com`, port: 443, reason: "tenant" };
    await tx.refusedPlace.create({ data: { ...place, runId: run.id, stepId: "ONE", refusedAt: Date.now() } });
  });
  return {
    ...{ agentId: agent.id, agentSlug: agent.slug, pipelineId: pipeline.id, runId: run.id, stepId: "ONE" },
    ...{ approvalId: approval.id, swarmId },
  };
}

async function fillSettings(tenant: TestTenant, { mark, runId }: { mark: string; runId: string }) {
  const key = await tenant.run<{ id: string }>("apiKeys", "create", { name: `Key ${mark}` });
  const provider = await tenant.run<{ providerId: string }>("settings", "createCustomProvider", {
    name: `Provider ${mark}`,
    slug: mark.slice(0, 20),
    baseUrl: `http://127.0.0.1:9/${mark}`,
    apiKey: `sk-${mark}`,
  });
  const budget = await tenant.run<{ id: string }>("budgets", "put", { scope: "run", runId, costMicros: 1_000_000 });
  const price = await tenant.run<{ id: string }>("prices", "put", {
    model: `openai/${mark}`,
    inputMicros: 1,
    outputMicros: 1,
  });
  return { keyId: key.id, providerId: provider.providerId, budgetId: budget.id, priceId: price.id };
}
