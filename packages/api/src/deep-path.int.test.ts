/** Paths of files in REST addresses: slashes as they are or escaped, and names that look like operations. */
import { newTenant, testDeps } from "@djinnbot/testing";
import { afterAll, describe, expect, it } from "vitest";
import { apiDefaults, createApi } from "./index.ts";
import { matchRoute } from "./routes.ts";

const deps = await testDeps();
const api = createApi({ deps, config: { ...apiDefaults, redisUrl: deps.backends.redisUrl } });
afterAll(() => api.close());

describe("paths with slashes", () => {
  it("finds the operation and the whole path", () => {
    const match = (path: string, method = "GET") => {
      const found = matchRoute(method, path);
      return found && "operation" in found ? [found.operation.name, found.params] : found;
    };
    const run = "/v1/workspaces/run_1";
    expect(match(`${run}/src/a b.ts`)).toEqual(["workspaces.file", { runId: "run_1", path: "src/a b.ts" }]);
    expect(match(`${run}/src%2Fa.ts`)).toEqual(["workspaces.file", { runId: "run_1", path: "src/a.ts" }]);
    expect(match(`${run}/git%2Fstatus`)).toEqual(["workspaces.file", { runId: "run_1", path: "git/status" }]);
    expect(match(`${run}/git/status`)).toEqual(["workspaces.status", { runId: "run_1" }]);
    expect(match(`${run}/git/show/abc/x/y.ts`)).toEqual([
      "workspaces.show",
      { runId: "run_1", commitHash: "abc", filePath: "x/y.ts" },
    ]);
    expect(match(`${run}/conflicts/x/y`)).toEqual(["workspaces.conflicts", { runId: "run_1", file: "x/y" }]);
    expect(match(run)).toEqual(["workspaces.list", { runId: "run_1" }]);
    expect(match(`${run}/git/merge`, "POST")).toEqual(["workspaces.merge", { runId: "run_1" }]);
    expect(match("/v1/runs/run_1/steps/x")).toEqual(["steps.get", { runId: "run_1", stepId: "x" }]);
  });

  it("answers over HTTP in snake case, and refuses a way out", async () => {
    const tenant = await newTenant(deps);
    const get = async (path: string) => {
      const headers = { authorization: `Bearer ${tenant.tokens.accessToken}` };
      const response = await api.fetch(new Request(`http://127.0.0.1:3000${path}`, { headers }), { ip: "203.0.113.7" });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const yamlContent =
      "id: paths\nname: P\nversion: 1.0.0\nagents:\n  - id: w\nsteps:\n  - id: ONE\n    agent: w\n    input: hello\n";
    await tenant.services.pipelines.create({ yamlContent });
    const run = await tenant.services.runs.create({ pipelineId: "paths", task: "t" });
    expect(await get(`/v1/workspaces/${run.id}/git/status`)).toMatchObject({
      status: 200,
      body: { run_id: run.id, is_repo: false, branch: null },
    });
    expect((await get(`/v1/workspaces/${run.id}/..%2F..%2Fetc%2Fpasswd`)).status).toBe(403);
    expect((await get(`/v1/workspaces/${run.id}/src/a.ts`)).status).toBe(404);
  });
});
