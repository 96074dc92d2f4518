/** The commits of a run as a git bundle: git reads it, it holds what the run made, and whoever leaves holds nothing. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tenantPaths } from "@djinnbot/config";
import { testDeps, twoTenants } from "@djinnbot/testing";
import { afterAll, expect, it } from "vitest";
import { createApi } from "./index.ts";

const deps = await testDeps();
const api = createApi({ deps, config: { redisUrl: deps.backends.redisUrl } });
const scratch = mkdtempSync(join(tmpdir(), "djinnbot-bundle-"));
afterAll(async () => {
  await api.close();
  rmSync(scratch, { recursive: true, force: true });
});
const { a: tenant, b: stranger } = await twoTenants(deps);
await tenant.run("agents", "create", { name: "Ada", slug: "ada" });
await tenant.run("pipelines", "create", {
  yamlContent:
    "id: one\nname: One\nversion: 1.0.0\nagents:\n  - id: ada\nsteps:\n  - id: ONE\n    agent: ada\n    input: hi\n",
});

const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.test", "-c", "commit.gpgsign=false"];
const git = (cwd: string, ...args: string[]) =>
  execFileSync("git", [...identity, ...args], { cwd, encoding: "utf8", stdio: "pipe" }).trim();
const get = (path: string, { method = "GET", token = tenant.tokens.accessToken } = {}) =>
  api.fetch(new Request(`http://127.0.0.1:3000${path}`, { method, headers: { authorization: `Bearer ${token}` } }), {
    ip: "203.0.113.7",
  });
const bundleOf = (runId: string) => get(`/v1/workspaces/${runId}/git/bundle`);

/** A repository whose `main` has one commit. */
function remote(): string {
  const dir = mkdtempSync(join(scratch, "remote-"));
  git(dir, "init", "-q", "-b", "main");
  writeFileSync(join(dir, "old.txt"), "old\n");
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", "Before the run");
  return dir;
}

/** A finished run whose agent wrote `files`, with its mirror as the engine leaves it. */
async function finished(options: { repository: string | null; files: Record<string, string | Buffer> | null }) {
  const { repository, files } = options;
  const run = await tenant.run<{ id: string }>("runs", "create", { pipelineId: "one", task: "Write" });
  const update = "UPDATE runs SET status = 'completed', repository = $2, push_status = 'refused' WHERE id = $1";
  await deps.system.pool.query(update, [run.id, repository]);
  const paths = tenantPaths(deps.config.dataDir, tenant.tenantId);
  const mirror = repository === null ? paths.ownMirror(run.id) : paths.mirror(repository);
  mkdirSync(mirror, { recursive: true });
  git(mirror, "init", "-q", "--bare", "--template=", ".");
  const from = repository ?? remote();
  git(mirror, "fetch", "-q", from, "+refs/heads/*:refs/remotes/origin/*");
  const start = git(mirror, "rev-parse", "refs/remotes/origin/main");
  if (repository === null) {
    git(mirror, "update-ref", "refs/djinnbot/start", start);
    git(mirror, "update-ref", "-d", "refs/remotes/origin/main");
  }
  const work = mkdtempSync(join(scratch, "work-"));
  git(work, "clone", "-q", from, ".");
  if (files !== null) {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(work, name), content);
    }
    git(work, "add", "-A");
    git(work, "commit", "-qm", "What the run made");
  }
  const head = git(work, "rev-parse", "HEAD");
  git(mirror, "fetch", "-q", work, `+HEAD:refs/heads/run/${run.id}`);
  return { runId: run.id, mirror, from, head, start };
}

/** The answer as a file. */
async function saved(response: Response): Promise<string> {
  expect(response.status).toBe(200);
  const file = join(mkdtempSync(join(scratch, "file-")), "run.bundle");
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  return file;
}
const headOf = (file: string) => git(scratch, "bundle", "list-heads", file);

it("is fetched into a clone, and holds only what the run made", async () => {
  const run = await finished({ repository: remote(), files: { "new.txt": "new\n" } });
  const response = await bundleOf(run.runId);
  expect(response.headers.get("content-type")).toBe("application/x-git-bundle");
  expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${run.runId}.bundle"`);
  const file = await saved(response);
  const branch = `run/${run.runId}`;
  expect(headOf(file)).toBe(`${run.head} refs/heads/${branch}`);
  const clone = mkdtempSync(join(scratch, "clone-"));
  git(clone, "clone", "-q", run.from, ".");
  expect(git(clone, "bundle", "verify", file)).toContain(run.start);
  git(clone, "fetch", "-q", file, `${branch}:${branch}`);
  git(clone, "switch", "-q", branch);
  expect(git(clone, "log", "--format=%s")).toBe("What the run made\nBefore the run");
  expect(readdirSync(clone)).toContain("new.txt");
});

it("still holds the commits after they were pushed, merged and fetched again", async () => {
  const run = await finished({ repository: remote(), files: { "new.txt": "new\n" } });
  git(run.mirror, "update-ref", `refs/remotes/origin/run/${run.runId}`, run.head);
  expect(headOf(await saved(await bundleOf(run.runId)))).toContain(run.head);
  await tenant.run("workspaces", "merge", { runId: run.runId });
  git(run.mirror, "update-ref", "refs/remotes/origin/main", "refs/heads/main");
  expect(headOf(await saved(await bundleOf(run.runId)))).toContain(run.head);
});

it("asks for nothing that the remote never had: the commits of an unpushed run that it goes on from are in it", async () => {
  const first = await finished({ repository: remote(), files: { "one.txt": "1\n" } });
  const second = await finished({ repository: first.from, files: { "two.txt": "2\n" } });
  const onFirst = ["commit-tree", `${second.head}^{tree}`, "-p", first.head, "-m", "Goes on"];
  const head = git(second.mirror, ...onFirst);
  git(second.mirror, "update-ref", `refs/heads/run/${second.runId}`, head);
  await deps.system.pool.query("UPDATE runs SET base_branch = $2 WHERE id = $1", [second.runId, `run/${first.runId}`]);
  const file = await saved(await bundleOf(second.runId));
  git(first.from, "fetch", "-q", file, `run/${second.runId}:fetched`);
  expect(git(first.from, "log", "--format=%s", "fetched")).toBe("Goes on\nWhat the run made\nBefore the run");
});

it("holds the whole history of a fresh repository: it can be cloned", async () => {
  const run = await finished({ repository: null, files: { "new.txt": "new\n" } });
  const file = await saved(await bundleOf(run.runId));
  const clone = join(scratch, "cloned");
  git(scratch, "clone", "-q", "-b", `run/${run.runId}`, file, clone);
  expect(git(clone, "rev-parse", "HEAD")).toBe(run.head);
});

it("names that look like options are names, whatever they are of", async () => {
  const proof = join(scratch, "proof");
  const run = await finished({ repository: remote(), files: { "--output=x": "1\n", "-rf": "2\n", "ü\n": "3\n" } });
  for (const name of [`--upload-pack=touch ${proof}`.replaceAll(" ", "-"), "--all", "-x"]) {
    git(run.mirror, "update-ref", `refs/remotes/origin/${name}`, run.start);
    git(run.mirror, "update-ref", `refs/tags/${name}`, run.start);
    await deps.system.pool.query("UPDATE runs SET base_branch = $2 WHERE id = $1", [run.runId, name]);
    expect(headOf(await saved(await bundleOf(run.runId)))).toBe(`${run.head} refs/heads/run/${run.runId}`);
  }
  for (const id of ["--all", "-", `--output=${proof}`, "run_x;touch", "..", `${run.runId} --all`, `${run.runId}^`]) {
    const { status } = await bundleOf(encodeURIComponent(id));
    expect([id, status]).toEqual([id, 404]);
  }
  expect(existsSync(proof)).toBe(false);
});

it("is not there for others, nor without the permission, nor where there is nothing", async () => {
  const run = await finished({ repository: remote(), files: { "new.txt": "new\n" } });
  const path = `/v1/workspaces/${run.runId}/git/bundle`;
  expect((await get(path, { token: stranger.tokens.accessToken })).status).toBe(404);
  expect((await get(path, { token: "no-token" })).status).toBe(401);
  expect((await bundleOf("run_zzzzzzzzzzzzzzzz")).status).toBe(404);
  const bare = await tenant.run<{ id: string }>("runs", "create", { pipelineId: "one", task: "Nothing yet" });
  expect((await bundleOf(bare.id)).status).toBe(404);
  for (const repository of [remote(), null]) {
    const empty = await finished({ repository, files: null });
    const response = await bundleOf(empty.runId);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: "CONFLICT", detail: expect.stringMatching(/no commits/) });
  }
});

it("git ends when its client leaves, and a tenant takes four at once", async () => {
  // More than a pipe holds: git waits for its reader.
  const run = await finished({ repository: remote(), files: { "big.bin": randomBytes(8 * 1024 * 1024) } });
  const open = await Promise.all([1, 2, 3, 4].map(() => bundleOf(run.runId)));
  expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const fifth = await bundleOf(run.runId);
  expect([fifth.status, fifth.headers.get("retry-after")]).toEqual([429, "10"]);
  const [reads, neverBegan, ...stay] = open;
  const reader = reads?.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await neverBegan?.body?.cancel();
  // Whoever only asks what it would get leaves at once.
  expect((await get(`/v1/workspaces/${run.runId}/git/bundle`, { method: "HEAD" })).status).toBe(200);
  const again = await Promise.all([bundleOf(run.runId), bundleOf(run.runId)]);
  expect(again.map(({ status }) => status)).toEqual([200, 200]);
  for (const response of [...again, ...stay]) {
    expect(headOf(await saved(response))).toContain(run.head);
  }
  expect((await bundleOf(run.runId)).status).toBe(200);
});
