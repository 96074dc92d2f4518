import { newId } from "@djinnbot/contracts";
import { newTenant, testDeps } from "@djinnbot/testing";
import { expect, it } from "vitest";
import { LostRun } from "../lib/errors.ts";
import { single } from "../test/samples.ts";
import { insertSession } from "./sessions.ts";

it("registers a session and what is made with it for the engine that holds the run only", async () => {
  const deps = await testDeps();
  const tenant = await newTenant(deps);
  const { tenantId } = tenant;
  const agent = await tenant.services.agents.create({ name: "finn", slug: "finn" });
  const yamlContent = single().replace("PIPELINE", "one");
  await tenant.services.pipelines.create({ pipelineId: "one", yamlContent } as never);
  const { id: runId } = await tenant.services.runs.create({ pipelineId: "one", task: "Work." });
  const insert = (epoch: number) =>
    insertSession(
      deps,
      { tenantId, runId, epoch },
      {
        ...{ sessionId: newId("session"), agentId: agent.id, userId: null, model: "demo/model", prompt: "Work." },
        agent: { slug: "finn", hash: `hash of ${runId}`, profile: {} },
        also: [
          {
            text: "INSERT INTO outputs (run_id, key, step_id, value, updated_at) VALUES ($1, 'made', 'WORK', 'x', 1)",
            values: [runId],
          },
        ],
      },
    );
  const made = async () => {
    const text = `SELECT (SELECT count(*)::int FROM sessions WHERE source_id = $1) AS sessions,
      (SELECT count(*)::int FROM run_agents WHERE run_id = $1) AS agents, (SELECT count(*)::int FROM outputs WHERE run_id = $1) AS also`;
    return (await deps.system.pool.query(text, [runId])).rows[0];
  };
  await expect(insert(1)).rejects.toThrow(LostRun);
  expect(await made()).toEqual({ sessions: 0, agents: 0, also: 0 });
  expect(await insert(0)).toMatch(/^djinnbot-.*-1$/);
  expect(await made()).toEqual({ sessions: 1, agents: 1, also: 1 });
});
