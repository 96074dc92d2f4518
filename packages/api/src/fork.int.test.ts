/** Forks over REST: of runs that somebody started, not of parts of one. */
import { newTenant, testDeps } from "@djinnbot/testing";
import { afterAll, expect, it } from "vitest";
import { createApi } from "./index.ts";

const deps = await testDeps();
const api = createApi({ deps, config: { redisUrl: deps.backends.redisUrl } });
afterAll(() => api.close());
const tenant = await newTenant(deps);
await tenant.run("agents", "create", { name: "Ada", slug: "ada" });
const yamlContent =
  "id: one\nname: One\nversion: 1.0.0\nagents:\n  - id: ada\nsteps:\n  - id: ONE\n    agent: ada\n    input: hi\n";
await tenant.run("pipelines", "create", { yamlContent });

const newRun = async () =>
  (await tenant.run<{ id: string }>("runs", "create", { pipelineId: "one", task: "Do it." })).id;
/** A run that another one waits for; without a branch that of an executor. */
async function partOf(parentRunId: string, branch: string | null): Promise<string> {
  const id = await newRun();
  await deps.system.pool.query("UPDATE runs SET parent_run_id = $2, branch = $3 WHERE id = $1", [
    id,
    parentRunId,
    branch,
  ]);
  return id;
}
async function fork(runId: string) {
  const request = new Request(`http://127.0.0.1:3000/v1/runs/${runId}/fork`, {
    method: "POST",
    headers: { authorization: `Bearer ${tenant.tokens.accessToken}`, "content-type": "application/json" },
    body: JSON.stringify({ task: "Do it otherwise." }),
  });
  const response = await api.fetch(request, { ip: "203.0.113.7" });
  return { status: response.status, body: (await response.json()) as { detail: string; forked_from: string } };
}
const count = async () => (await tenant.services.runs.list({ limit: 200 })).items.length;

it("a run is forked, and a fork again", async () => {
  const id = await newRun();
  const made = await fork(id);
  expect(made).toMatchObject({ status: 201, body: { forked_from: id } });
});

it.each([
  ["branch", "TESTS", "This is a branch of the run"],
  ["executor", null, "This is the run of an executor that the run"],
])("a %s is not: the answer says which run to fork", async (_, branch, words) => {
  const top = await newRun();
  const part = await partOf(top, branch);
  // An executor's own branch is part of what somebody started, too.
  const inner = await partOf(part, "DOCS");
  const before = await count();
  const refused = await fork(part);
  expect(refused).toMatchObject({ status: 409, body: { code: "CONFLICT" } });
  expect(refused.body.detail).toBe(
    `${words} ${top}${branch ? "" : " has called"}. Fork the run ${top} instead, from the step you want to change.`,
  );
  expect((await fork(inner)).body.detail).toContain(`branch of the run ${part}. Fork the run ${top} instead`);
  expect(await count()).toBe(before);
});
