/** A person decides, by REST and by the typed client; the question outlives the engine that asked it. */
import { testBackends } from "@djinnbot/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ended, type Platform, startPlatform } from "../testing/platform.ts";
import { settled, untilStatus } from "../testing/watch.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform({ backends: await testBackends() });
}, 120_000);
afterAll(() => platform?.stop());

const yaml = (id: string, extra = "") => `id: ${id}
name: ${id}
version: 1.0.0
agents: [{ id: architect }]
steps:
  - id: GATE
    approval: { message: "May it go on?"${extra} }
    onComplete: WORK
  - { id: WORK, agent: architect, input: "After {{decision}}: {{comment}}", outputs: [result] }
`;

async function waits(id: string, extra?: string) {
  const { client, tenantId, tokens } = await platform.tenant();
  await client.api.pipelines.create.mutate({ yamlContent: yaml(id, extra) });
  const { id: runId } = await client.api.runs.create.mutate({ pipelineId: id, task: "Ask first." });
  await untilStatus(platform, runId, ["waiting"]);
  const rest = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${tokens.accessToken}`, "content-type": "application/json" };
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const answer = await fetch(`${platform.api.url}${path}`, init);
    return { status: answer.status, body: await answer.json() };
  };
  return { client, tenantId, runId, rest };
}

it("is decided by REST, with a comment that reaches the next step, after the engine that asked was killed", {
  timeout: 60_000,
}, async () => {
  const { client, runId, rest } = await waits("by-rest");
  const [engine] = platform.engines;
  if (engine) {
    await ended(engine.child, "SIGKILL");
    platform.engines.splice(0, 1);
  }
  const { body: open } = await rest("GET", `/v1/approvals/?run_id=${runId}`);
  expect(open).toEqual([expect.objectContaining({ status: "pending", message: "May it go on?", may_decide: true })]);
  const decide = `/v1/approvals/${open[0].id}/decide`;
  expect((await rest("POST", decide, { decision: "perhaps" })).status).toBe(422);
  const decided = await rest("POST", decide, { decision: "approve", comment: "With care." });
  expect(decided).toMatchObject({ status: 200, body: { status: "approved", comment: "With care." } });
  expect((await rest("POST", decide, { decision: "approve" })).status).toBe(200);
  expect((await rest("POST", decide, { decision: "reject" })).status).toBe(409);
  platform.startEngine();
  const { detail } = await settled(platform, { client, runId, code: null });
  expect(detail.steps.map(({ stepId, status }) => `${stepId} ${status}`)).toEqual(["GATE completed", "WORK completed"]);
  expect(JSON.stringify(detail.steps[1]?.inputs)).toContain("With care.");
});

it("is decided by the typed client: a rejection fails the run, with its comment", { timeout: 60_000 }, async () => {
  const { client, runId } = await waits("by-client");
  const { items } = await client.api.approvals.list.query({ runId });
  const approvalId = items[0]?.id ?? "";
  await client.api.approvals.decide.mutate({ approvalId, decision: "reject", comment: "Too risky." });
  const { detail } = await settled(platform, { client, runId, code: "APPROVAL_REJECTED" });
  expect(detail.failure?.message).toContain("Too risky.");
});

it("ends when nobody decides in time, also when no engine was there at that time", { timeout: 60_000 }, async () => {
  const { client, runId } = await waits("too-late", ", timeoutSeconds: 2");
  const [engine] = platform.engines;
  if (engine) {
    await ended(engine.child, "SIGTERM");
    platform.engines.splice(0, 1);
  }
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const { items } = await client.api.approvals.list.query({ runId });
  const late = client.api.approvals.decide.mutate({ approvalId: items[0]?.id ?? "", decision: "approve" });
  await expect(late).rejects.toThrow(/time is over/);
  platform.startEngine();
  const { detail } = await settled(platform, { client, runId, code: "APPROVAL_TIMEOUT" });
  expect(detail.steps.map(({ stepId, status }) => `${stepId} ${status}`)).toEqual(["GATE failed"]);
  expect((await client.api.approvals.list.query({ runId })).items[0]?.status).toBe("expired");
});
