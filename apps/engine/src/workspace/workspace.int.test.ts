/** Working copies against real git: what comes out is what the agent committed, and nothing an agent rigged is run or read. */
import { execFileSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "@djinnbot/contracts";
import { createGit } from "@djinnbot/core/git";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { afterAll, describe, expect, it } from "vitest";
import { createGitWorkspace } from "./git-workspace.ts";
import type { PreparedWorkspace, WorkspaceRun } from "./workspace.ts";

const dir = mkdtempSync(join(tmpdir(), "djinnbot-workspace-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const dataDir = join(dir, "data");
const workspaces = createGitWorkspace({ git: await createGit(dataDir), dataDir });
const agentId = newId("agent");

async function repository(): Promise<string> {
  const path = join(dir, newId("event"));
  await createDemoRepository(path);
  return path;
}
function newRun(repositoryPath: string | null, part: Partial<WorkspaceRun> = {}): WorkspaceRun {
  const runId = newId("run");
  return {
    tenantId: newId("tenant"),
    runId,
    rootRunId: runId,
    repository: repositoryPath,
    baseBranch: null,
    baseCommit: null,
    task: "t",
    ...part,
  };
}
function sh(cwd: string, command: string): string {
  return execFileSync("bash", ["-ec", command], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}
const home = (place: PreparedWorkspace) => join(place.path, "..", "home", agentId);

/** What the runtime does at the end of a step. */
function commitStep(place: PreparedWorkspace, file: string): string {
  const folder = join(home(place), ".commits");
  mkdirSync(folder, { recursive: true });
  sh(
    place.path,
    `echo ${file} > ${file}; git add -A; git -c user.name=Tova -c user.email=t@example.test commit -qm 'Add ${file}'`,
  );
  const head = sh(place.path, "git rev-parse HEAD");
  sh(place.path, `git bundle create -q ${folder}/${head}.bundle HEAD ^refs/djinnbot/base`);
  return head;
}

describe("workspace", () => {
  it("brings the agents' commits onto the run's branch of a repository given by path", async () => {
    const origin = await repository();
    const run = newRun(origin);
    const place = await workspaces.prepare(run);
    const first = commitStep(place, "one.txt");
    expect((await workspaces.collect(run, { agentId, commitHash: first })).head).toBe(first);
    const second = commitStep(place, "two.txt");
    expect((await workspaces.collect(run, { agentId, commitHash: second })).commits.slice(0, 2)).toEqual([
      "Add two.txt",
      "Add one.txt",
    ]);
    expect(await workspaces.push(run)).toEqual({ status: "pushed", detail: null });
    expect(sh(origin, `git log --format=%an:%s run/${run.runId} -2`)).toBe("Tova:Add two.txt\nTova:Add one.txt");
    expect((await workspaces.prepare(run)).path).toBe(place.path);
  });

  it("gives a run without repository a fresh one, and a restarted run a clean copy", async () => {
    const run = newRun(null);
    const place = await workspaces.prepare(run);
    expect(sh(place.path, "git status --porcelain; git branch --show-current")).toBe(`run/${run.runId}`);
    const head = commitStep(place, "one.txt");
    expect((await workspaces.collect(run, { agentId, commitHash: head })).head).toBe(head);
    const again = await workspaces.prepare({ ...run, fresh: true });
    expect(existsSync(join(again.path, "one.txt"))).toBe(false);
    expect(await workspaces.push(run)).toEqual({ status: "none", detail: null });
  });

  it("begins the branch of a restarted run anew, and keeps the commits of its earlier life", async () => {
    const origin = await repository();
    const run = newRun(origin);
    const head = commitStep(await workspaces.prepare(run), "thrown-away.txt");
    await workspaces.collect(run, { agentId, commitHash: head });
    const again = await workspaces.prepare({ ...run, fresh: true });
    expect(await workspaces.head(run)).toBeNull();
    expect(await workspaces.push(run)).toMatchObject({ status: "none" });
    expect(sh(origin, "git branch --list 'run/*'")).toBe("");
    expect(sh(again.mirror, `git cat-file -t ${head}; git for-each-ref --contains ${head} --format=kept`)).toBe(
      "commit\nkept",
    );
    // A restart that fails at its repository leaves nothing to push either.
    const lost = newRun(await repository());
    const gone = commitStep(await workspaces.prepare(lost), "thrown-away.txt");
    await workspaces.collect(lost, { agentId, commitHash: gone });
    await expect(workspaces.prepare({ ...lost, fresh: true, baseBranch: "nowhere" })).rejects.toThrow("nowhere");
    expect(await workspaces.push(lost)).toMatchObject({ status: "none" });
  });

  it("finds the earlier commits when the working copy is gone", async () => {
    const run = newRun(await repository());
    const place = await workspaces.prepare(run);
    const head = commitStep(place, "one.txt");
    await workspaces.collect(run, { agentId, commitHash: head });
    await workspaces.remove(run);
    const again = await workspaces.prepare(run);
    expect(sh(again.path, "git rev-parse HEAD")).toBe(head);
  });

  it("starts from the wanted branch, and says which one is missing", async () => {
    const origin = await repository();
    sh(origin, "git branch old HEAD~1");
    const place = await workspaces.prepare(newRun(origin, { baseBranch: "old" }));
    expect(place.base).toBe(sh(origin, "git rev-parse old"));
    await expect(workspaces.prepare(newRun(origin, { baseBranch: "nope" }))).rejects.toMatchObject({
      code: "REPOSITORY_UNREACHABLE",
      message: expect.stringContaining("nope"),
    });
  });

  it("says that a repository cannot be read, and leaves nothing half-made", async () => {
    const run = newRun(join(dir, "not-there"));
    await expect(workspaces.prepare(run)).rejects.toMatchObject({ code: "REPOSITORY_UNREACHABLE" });
    expect(existsSync(join(dataDir, "tenants", run.tenantId, "runs", run.runId, "workspace"))).toBe(false);
  });

  it("works on an empty repository", async () => {
    const origin = join(dir, newId("event"));
    sh(dir, `git init -q ${origin}`);
    const run = newRun(origin);
    const place = await workspaces.prepare(run);
    const head = commitStep(place, "one.txt");
    await workspaces.collect(run, { agentId, commitHash: head });
    expect((await workspaces.push(run)).status).toBe("pushed");
  });

  it("gives up a server of which nothing is heard, and leaves nothing of it", { timeout: 30_000 }, async () => {
    const server = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const impatient = createGitWorkspace({ git: await createGit(dataDir), dataDir, silenceMs: 300 });
    const run = newRun(`git://127.0.0.1:${port}/x`);
    await expect(impatient.prepare(run)).rejects.toMatchObject({
      code: "REPOSITORY_UNREACHABLE",
      message: expect.stringContaining("does not answer"),
    });
    expect(readdirSync(join(dataDir, "tenants", run.tenantId), { recursive: true }).join()).not.toContain(".new");
    server.close();
  });

  it("reports a push that the remote refuses", async () => {
    const origin = await repository();
    // A branch of that name leaves no room for run/….
    sh(origin, "git branch run");
    const run = newRun(origin);
    const head = commitStep(await workspaces.prepare(run), "one.txt");
    await workspaces.collect(run, { agentId, commitHash: head });
    expect(await workspaces.push(run)).toMatchObject({ status: "refused", detail: expect.any(String) });
  });

  it("runs no hook, filter or monitor that an agent planted", async () => {
    const run = newRun(await repository());
    const place = await workspaces.prepare(run);
    const proof = join(dir, newId("event"));
    sh(
      place.path,
      `git config core.fsmonitor 'touch ${proof}'; git config core.sshCommand 'touch ${proof}'; git config uploadpack.packObjectsHook 'touch ${proof}'; git config core.hooksPath hooks; mkdir hooks; printf '#!/bin/sh\\ntouch ${proof}\\n' > hooks/reference-transaction; chmod +x hooks/*`,
    );
    rmSync(proof, { force: true });
    const folder = join(home(place), ".commits");
    mkdirSync(folder, { recursive: true });
    sh(
      place.path,
      "git -c core.hooksPath=/dev/null -c core.fsmonitor=false add -A; git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c user.name=a -c user.email=a@b commit -qm x",
    );
    const head = sh(place.path, "git rev-parse HEAD");
    sh(place.path, `git -c core.hooksPath=/dev/null bundle create -q ${folder}/${head}.bundle HEAD`);
    rmSync(proof, { force: true });
    await workspaces.collect(run, { agentId, commitHash: head });
    await workspaces.push(run);
    await workspaces.prepare(run);
    expect(existsSync(proof)).toBe(false);
  });

  it("reads no file of another tenant through a link that an agent made", async () => {
    const theirs = newRun(await repository());
    const theirPlace = await workspaces.prepare(theirs);
    const secret = commitStep(theirPlace, "secret.txt");
    const theirBundle = join(home(theirPlace), ".commits", `${secret}.bundle`);
    const run = newRun(await repository());
    const place = await workspaces.prepare(run);
    const folder = join(home(place), ".commits");
    mkdirSync(folder, { recursive: true });
    symlinkSync(theirBundle, join(folder, `${secret}.bundle`));
    await expect(workspaces.collect(run, { agentId, commitHash: secret })).rejects.toMatchObject({
      code: "WORKSPACE_FAILED",
    });
    rmSync(join(folder, `${secret}.bundle`));
    linkSync(theirBundle, join(folder, `${secret}.bundle`));
    await expect(workspaces.collect(run, { agentId, commitHash: secret })).rejects.toMatchObject({
      code: "WORKSPACE_FAILED",
    });
    expect(readFileSync(join(place.mirror, "HEAD"), "utf8")).toContain("ref:");
    expect(() => sh(place.mirror, `git cat-file -e ${secret}`)).toThrow();
  });

  it("refuses commits other than those the agent named", async () => {
    const run = newRun(await repository());
    const place = await workspaces.prepare(run);
    const head = commitStep(place, "one.txt");
    const other = "0".repeat(40);
    sh(join(home(place), ".commits"), `mv ${head}.bundle ${other}.bundle`);
    await expect(workspaces.collect(run, { agentId, commitHash: other })).rejects.toMatchObject({
      code: "WORKSPACE_FAILED",
    });
  });
});

describe("branches of a run", () => {
  /** Two branches of a run that has a commit of its own. */
  async function branched() {
    const run = newRun(await repository());
    const place = await workspaces.prepare(run);
    const base = commitStep(place, "base.txt");
    await workspaces.collect(run, { agentId, commitHash: base });
    const branch = async (change: (place: PreparedWorkspace) => string) => {
      const { tenantId, repository, rootRunId } = run;
      const own: WorkspaceRun = { ...newRun(repository), tenantId, rootRunId, baseCommit: await workspaces.head(run) };
      const copy = await workspaces.prepare(own);
      await workspaces.collect(own, { agentId, commitHash: change(copy) });
      return own.runId;
    };
    return { run, place, base, branch };
  }

  it("begin where the run stood, are merged one after the other, and the run goes on with all of it", async () => {
    const { run, place, base, branch } = await branched();
    const one = await branch((copy) => commitStep(copy, "one.txt"));
    const two = await branch((copy) => commitStep(copy, "two.txt"));
    const none = newRun(run.repository).runId;
    const others = [one, two, none].map((runId, index) => ({ runId, name: `B${index}` }));
    const merged = await workspaces.merge(run, others);
    const head = await workspaces.head(run);
    expect(merged).toEqual({ head });
    expect(sh(place.mirror, `git log --format=%s -2 --first-parent ${head}`).split("\n")).toEqual([
      "Merge branch B1",
      "Merge branch B0",
    ]);
    expect(sh(place.mirror, `git merge-base --is-ancestor ${base} ${head} && echo yes`)).toBe("yes");
    const again = await workspaces.prepare({ ...run });
    expect(sh(again.path, "ls")).toMatch(/base\.txt[\s\S]*one\.txt[\s\S]*two\.txt/);
    // Merging once more changes nothing.
    expect(await workspaces.merge(run, others)).toEqual({ head });
  });

  it("that conflict are named with their files, and nothing of them is merged", async () => {
    const { run, base, branch } = await branched();
    const write = (text: string) => (copy: PreparedWorkspace) => {
      sh(copy.path, `printf '%s\n' '${text}' > base.txt`);
      return commitStep(copy, `${text}.txt`);
    };
    const one = await branch(write("one"));
    const two = await branch(write("two"));
    const others = [one, two].map((runId, index) => ({ runId, name: `B${index}` }));
    expect(await workspaces.merge(run, others)).toEqual({ conflict: { name: "B1", files: ["base.txt"] } });
    expect(await workspaces.head(run)).toBe(base);
  });

  it("of a run without a repository share its own mirror", async () => {
    const run = newRun(null);
    const place = await workspaces.prepare(run);
    const { tenantId, rootRunId } = run;
    const head = await workspaces.head(run);
    expect(head).toBeNull();
    const own: WorkspaceRun = { ...newRun(null), tenantId, rootRunId, baseCommit: head };
    const copy = await workspaces.prepare(own);
    expect(copy.mirror).toBe(place.mirror);
    const hash = commitStep(copy, "first.txt");
    await workspaces.collect(own, { agentId, commitHash: hash });
    expect(await workspaces.merge(run, [{ runId: own.runId, name: "ONE" }])).toMatchObject({
      head: expect.any(String),
    });
    expect(sh((await workspaces.prepare({ ...run })).path, "ls")).toBe("first.txt");
  });
});
