/** Wrong pipelines, repositories and agents: refused at the door where that is possible, else a run that ends and says why. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { testBackends, unique } from "@djinnbot/testing";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { afterAll, describe, expect, it } from "vitest";
import { type Platform, startPlatform } from "./testing/platform.ts";
import { lineOf, settled, untilStatus } from "./testing/watch.ts";

const platform = await startPlatform({ backends: await testBackends() });
afterAll(() => platform.stop());
type Tenant = Awaited<ReturnType<Platform["tenant"]>>;

/** One REST request as the tenant's owner. */
async function rest(tenant: Tenant, method: string, path: string, body?: unknown) {
  const response = await fetch(`${platform.api.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${tenant.tokens.accessToken}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
const noRuns = async (tenant: Tenant) => expect((await rest(tenant, "GET", "/v1/runs/")).body).toEqual([]);

const broken = `id: broken
name: Broken
version: 1.0
agents:
  - id: engineer
steps:
  - id: BUILD
    agent: engneer
    onComplete: CHEKC
    inptu: Build it
  - id: CHECK
    agent: engineer
    maxRetries: many
`;
/** Line and words of each problem. */
const problems: [number, RegExp][] = [
  [8, /engneer/],
  [9, /CHEKC/],
  [10, /inptu.*`input`/],
  [13, /maxRetries/],
];

const later = (id: string) => `id: ${id}
name: Later
version: 1.0
agents:
  - id: engineer
steps:
  - id: BUILD
    agent: engineer
    outputs: [result]
    onComplete: EACH
  - id: EACH
    agent: engineer
    teleport: home
`;

describe.concurrent("pipelines", () => {
  it("broken YAML is told with every line and column at once: when created, changed and checked", async () => {
    const tenant = await platform.tenant();
    const checked = await rest(tenant, "POST", "/v1/pipelines/broken/validate", { yaml_content: broken });
    expect(checked).toMatchObject({ status: 200, body: { valid: false } });
    const { yaml } = await tenant.client.api.pipelines.raw.query({ pipelineId: "feature" });
    const own = yaml.replace("id: feature", "id: broken");
    const created = await rest(tenant, "POST", "/v1/pipelines/", { yaml_content: broken });
    expect(await rest(tenant, "POST", "/v1/pipelines/", { yaml_content: own })).toMatchObject({ status: 201 });
    const updated = await rest(tenant, "PUT", "/v1/pipelines/broken", { yaml_content: broken });
    expect([created.status, updated.status]).toEqual([400, 400]);
    expect((await tenant.client.api.pipelines.raw.query({ pipelineId: "broken" })).yaml).toBe(own);
    expect(checked.body.problems).toHaveLength(problems.length);
    for (const [index, [line, says]] of problems.entries()) {
      expect(checked.body.problems[index]).toMatchObject({
        line,
        severity: "error",
        message: expect.stringMatching(says),
      });
      const { column } = checked.body.problems[index];
      for (const { body } of [created, updated]) {
        expect(body).toMatchObject({ code: "BAD_REQUEST" });
        expect(body.detail).toContain(`line ${line}, column ${column}: `);
      }
    }
  });

  it("text that is no YAML at all is refused with its place", async () => {
    const tenant = await platform.tenant();
    const { status, body } = await rest(tenant, "POST", "/v1/pipelines/", { yaml_content: 'id: x\nname: "open\n' });
    expect([status, body.code]).toEqual([400, "BAD_REQUEST"]);
    expect(body.detail).toMatch(/line \d+, column \d+: /);
    const bomb = `a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n`;
    expect(await rest(tenant, "POST", "/v1/pipelines/", { yaml_content: bomb })).toMatchObject({ status: 400 });
    const huge = await rest(tenant, "POST", "/v1/pipelines/", { yaml_content: "#".repeat(300_000) });
    expect(huge).toMatchObject({ status: 422, body: { code: "VALIDATION" } });
  });

  it("a key that this version does not know is named, and such a pipeline never starts", {
    timeout: 120_000,
  }, async () => {
    const tenant = await platform.tenant();
    const id = unique("later");
    const says = /unknown key `teleport`/;
    const created = await rest(tenant, "POST", "/v1/pipelines/", { yaml_content: later(id) });
    expect(created).toMatchObject({ status: 400, body: { detail: expect.stringMatching(says) } });
    // Stored by a version that knew the feature.
    await rest(tenant, "POST", "/v1/pipelines/", { yaml_content: lineOf(id, [{ agent: "engineer" }]) });
    const { pool } = platform.deps.system;
    const store = () => pool.query("UPDATE pipelines SET yaml_content = $2 WHERE slug = $1", [id, later(id)]);
    await pool.query("UPDATE tenants SET max_concurrent_runs = 0 WHERE id = $1", [tenant.tenantId]);
    const run = await tenant.client.api.runs.create.mutate({ pipelineId: id, task: "Do it." });
    await store();
    const refused = await rest(tenant, "POST", "/v1/runs/", { pipeline_id: id, task: "Do it." });
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringMatching(says) } });
    await pool.query("UPDATE runs SET pipeline_yaml = $2 WHERE id = $1", [run.id, later(id)]);
    await pool.query("UPDATE tenants SET max_concurrent_runs = 1 WHERE id = $1", [tenant.tenantId]);
    const { detail } = await settled(platform, { ...tenant, runId: run.id, code: "PIPELINE_INVALID" });
    expect(detail.failure?.message).toMatch(says);
    expect(detail.steps).toEqual([]);
  });
});

describe.concurrent("agents", () => {
  it("a step for an agent that is not there fails by that name", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const yamlContent = lineOf(unique("p"), [{ agent: "engineer" }, { agent: "nobody-here" }]);
    const { id: pipelineId } = await tenant.client.api.pipelines.create.mutate({ yamlContent });
    const run = await tenant.client.api.runs.create.mutate({ pipelineId, task: "Do it." });
    const { detail } = await settled(platform, { ...tenant, runId: run.id, code: "AGENT_MISSING" });
    expect(detail.failure?.message).toContain("`nobody-here`");
    expect(detail.steps.map(({ status, failure }) => [status, failure?.code])).toEqual([
      ["completed", undefined],
      ["failed", "AGENT_MISSING"],
    ]);
  });

  it("an agent deleted while a run waits in the queue or between its steps", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const { client } = tenant;
    const start = async (agents: string[], modelOverride?: string) => {
      const yamlContent = lineOf(
        unique("p"),
        agents.map((agent) => ({ agent })),
      );
      const { id: pipelineId } = await client.api.pipelines.create.mutate({ yamlContent });
      return (await client.api.runs.create.mutate({ pipelineId, task: "Do it.", modelOverride })).id;
    };
    const { pool } = platform.deps.system;
    await pool.query("UPDATE tenants SET max_concurrent_runs = 1 WHERE id = $1", [tenant.tenantId]);
    const between = await start(["engineer", "tester"], "demo/demo-slow-3");
    await untilStatus(platform, between, ["running"]);
    const queued = await start(["tester"]);
    await client.api.agents.delete.mutate({ agentId: "tester" });
    expect((await client.api.runs.get.query({ runId: queued })).status).toBe("pending");
    for (const runId of [between, queued]) {
      const { detail } = await settled(platform, { client, runId, code: "AGENT_MISSING" });
      expect(detail.failure?.message).toContain("`tester`");
    }
  });
});

describe.concurrent("repositories", () => {
  const start = (tenant: Tenant, repository: string) =>
    rest(tenant, "POST", "/v1/runs/", { pipeline_id: "test-simple", task: "Do it.", repository });

  it("what no run may name is refused at the door", async () => {
    const tenant = await platform.tenant();
    const outside = await createDemoRepository(join(platform.dataDir, unique("outside")));
    const link = join(platform.repositoriesDir, unique("link"));
    symlinkSync(outside, link);
    for (const repository of [
      outside,
      link,
      join(platform.repositoriesDir, "..", "tenants"),
      join(platform.repositoriesDir, "not-there"),
      `${platform.repositoriesDir}-beside`,
      "/etc",
      "relative/path",
      "ext::sh -c 'touch /tmp/djinnbot-ext'",
      "ext::sh%20-c%20id",
      "--upload-pack=/bin/false",
      "-oProxyCommand=id",
      `file://${outside}`,
      "ftp://example.com/a.git",
      "https://user:secret-word@example.com/a.git",
      "https://secret-word@example.com/a.git",
      "ssh://git:secret-word@example.com/a.git",
      "ssh://-oProxyCommand=id/a.git",
      "ssh://-oProxyCommand=id@example.com/a.git",
      "git@-oProxyCommand:a.git",
      "https://exa mple.com/a.git",
      "https://example.com/a.git\n--x",
    ]) {
      const { status, body } = await start(tenant, repository);
      expect([repository, status, body.code]).toEqual([repository, 400, "BAD_REQUEST"]);
      expect(JSON.stringify(body)).not.toContain("secret-word");
    }
    await noRuns(tenant);
  });

  it("one that cannot be read ends the run before its first step", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const notGit = join(platform.repositoriesDir, unique("empty"));
    mkdirSync(notGit);
    const gone = await createDemoRepository(join(platform.repositoriesDir, unique("gone")));
    execFileSync("rm", ["-rf", join(gone, ".git")]);
    for (const repository of ["http://127.0.0.1:9/nothing.git", notGit, gone]) {
      const { status, body } = await start(tenant, repository);
      expect(status).toBe(201);
      const { detail } = await settled(platform, { ...tenant, runId: body.id, code: "REPOSITORY_UNREACHABLE" });
      expect(detail.failure?.message).toContain(repository);
      expect(detail.steps).toEqual([]);
    }
  });

  it("a branch that is not there is named", { timeout: 120_000 }, async () => {
    const tenant = await platform.tenant();
    const repository = await createDemoRepository(join(platform.repositoriesDir, unique("branch")));
    const input = { pipelineId: "test-simple", task: "Do it.", repository, baseBranch: "no-such-branch" };
    const run = await tenant.client.api.runs.create.mutate(input);
    const { detail } = await settled(platform, { ...tenant, runId: run.id, code: "REPOSITORY_UNREACHABLE" });
    expect(detail.failure?.message).toContain("no-such-branch");
  });
});
