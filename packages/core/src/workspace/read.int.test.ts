import { existsSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { newTenant, type TestDeps, type TestTenant, testDeps, twoTenants, unique } from "@djinnbot/testing";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addStepCommit, Checkout, runWithMirror, sh } from "./run-repository.test-data.ts";

let deps: TestDeps;
let tenant: TestTenant;
beforeAll(async () => {
  deps = await testDeps();
});
beforeEach(async () => {
  tenant = await newTenant(deps);
});

const oddNames = [
  "with space.txt",
  "größe-日本.txt",
  "-dash.txt",
  "new\nline.txt",
  ":(top)magic*.txt",
  '"quoted\ttab".txt',
];

/** main with one file, then a run that adds, changes, renames and removes. */
async function sample() {
  const checkout = new Checkout();
  checkout.write("old.txt", "one\ntwo\nthree\nfour\n");
  checkout.write("gone.txt", "bye\n");
  const start = checkout.commit("Before the run");
  checkout.write("src/new.ts", "export const a = 1;\n");
  const first = checkout.commit("Add new.ts");
  checkout.git("mv", "old.txt", "renamed.txt");
  checkout.git("rm", "-q", "gone.txt");
  checkout.write("src/new.ts", "export const a = 2;\n");
  checkout.write("blob.bin", Buffer.from([0, 1, 2, 3]));
  checkout.write("latin1.txt", Buffer.from([0x67, 0xfc, 0x6e]));
  checkout.write("large.txt", "x".repeat(1024 * 1024 + 1));
  for (const name of oddNames) {
    checkout.write(name, `content of ${name}`);
  }
  symlinkSync("/etc/passwd", join(checkout.dir, "link"));
  const second = checkout.commit("Change a lot");
  const made = await runWithMirror(deps, tenant, { checkout, start, head: second });
  await addStepCommit(deps, tenant, {
    runId: made.run.id,
    stepId: "SPEC",
    agentId: "idris",
    commitHash: first,
    sequence: 1,
  });
  await addStepCommit(deps, tenant, {
    runId: made.run.id,
    stepId: "BUILD",
    agentId: "tova",
    commitHash: second,
    sequence: 2,
  });
  return { ...made, runId: made.run.id, checkout, start, first, second };
}
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => "ok",
    (error: { code: string }) => error.code,
  );

describe("workspaces of a finished run", () => {
  it("lists the files of its branch without links, and reads them whatever they are called", async () => {
    const { runId } = await sample();
    const api = tenant.services.workspaces;
    const { files, source } = await api.list({ runId });
    expect(source).toBe("branch");
    expect(files.map(({ path }) => path)).toEqual(
      [...oddNames, "blob.bin", "large.txt", "latin1.txt", "renamed.txt", "src/new.ts"].sort(),
    );
    for (const path of oddNames) {
      expect((await api.file({ runId, path })).content).toBe(`content of ${path}`);
      expect((await api.fileHistory({ runId, filePath: path })).total).toBe(1);
    }
  });

  it("refuses what it should not show, each in its own way", async () => {
    const { runId, second, first } = await sample();
    const api = tenant.services.workspaces;
    const file = (path: string) => code(api.file({ runId, path }));
    const show = (commitHash: string, filePath: string) => code(api.show({ runId, commitHash, filePath }));
    expect(await file("large.txt")).toBe("TOO_LARGE");
    expect(await file("blob.bin")).toBe("UNSUPPORTED");
    expect(await file("latin1.txt")).toBe("UNSUPPORTED");
    for (const path of ["../x", "/etc/passwd", "src/../../x", ".git/config", "a/.GIT/config", "link", "."]) {
      expect([path, await file(path)]).toEqual([path, "FORBIDDEN"]);
    }
    for (const path of ["nope", "src", "gone.txt", "a//b", "src/new.ts/x", "*.txt"]) {
      expect([path, await file(path)]).toEqual([path, "NOT_FOUND"]);
    }
    expect(await show(second, "blob.bin")).toBe("UNSUPPORTED");
    expect(await show(second, "large.txt")).toBe("TOO_LARGE");
    expect(await show(first, "gone.txt")).toBe("ok");
    expect(await show(second, "gone.txt")).toBe("NOT_FOUND");
    for (const bad of ["HEAD", "--help", "main", "abc", `${second}^`, "--output=/tmp/x", "g".repeat(40)]) {
      expect([bad, await show(bad, "renamed.txt")]).toEqual([bad, "BAD_REQUEST"]);
      expect([bad, await code(api.diff({ runId, commitHash: bad }))]).toEqual([bad, "BAD_REQUEST"]);
    }
    expect(await code(api.diff({ runId, commitHash: "0".repeat(40) }))).toBe("NOT_FOUND");
  });

  it("tells the history with whose work each commit is, page by page", async () => {
    const { runId, start, first, second } = await sample();
    const all = await tenant.services.workspaces.history({ runId });
    expect(all.commits.map(({ hash, stepId, agentId }) => [hash, stepId, agentId])).toEqual([
      [second, "BUILD", "tova"],
      [first, "SPEC", "idris"],
      [start, null, null],
    ]);
    expect(all.commits[1]).toMatchObject({
      author: "Tova",
      email: "tova@example.test",
      subject: "Add new.ts",
      stats: { files: 1, insertions: 1, deletions: 0 },
    });
    expect(all.hasMore).toBe(false);
    const page = await tenant.services.workspaces.history({ runId, limit: 1, offset: 1 });
    expect([page.commits.map(({ hash }) => hash), page.total, page.hasMore]).toEqual([[first], 1, true]);
  });

  it("shows what a commit changed: renames, deletions, binaries, a first commit, one file, a step's span", async () => {
    const { runId, start, first, second } = await sample();
    const api = tenant.services.workspaces;
    const { files, diff, commit, truncated } = await api.diff({ runId, commitHash: second.slice(0, 10) });
    expect(commit).toMatchObject({ hash: second, stepId: "BUILD" });
    const byPath = new Map(files.map((file) => [file.path, file]));
    expect(byPath.get("renamed.txt")).toMatchObject({ status: "renamed", oldPath: "old.txt", additions: 0 });
    expect(byPath.get("gone.txt")).toMatchObject({ status: "deleted", deletions: 1 });
    expect(byPath.get("blob.bin")).toMatchObject({ status: "added", binary: true });
    expect(byPath.get("src/new.ts")).toMatchObject({ status: "modified", additions: 1, deletions: 1 });
    expect(byPath.get("new\nline.txt")).toMatchObject({ status: "added", additions: 2 });
    expect(truncated).toBe(true);
    expect(diff.length).toBeLessThanOrEqual(1024 * 1024);
    const one = await api.diff({ runId, commitHash: second, path: "renamed.txt" });
    expect(one.diff).toContain("rename from old.txt");
    expect(one.truncated).toBe(false);
    expect((await api.diff({ runId, commitHash: start })).files.map(({ status }) => status)).toEqual([
      "added",
      "added",
    ]);
    const span = await api.diff({ runId, commitHash: second, from: start, path: "src/new.ts" });
    expect(span.files[0]).toMatchObject({ status: "added", additions: 1 });
    expect(await code(api.diff({ runId, commitHash: first, path: "gone.txt" }))).toBe("NOT_FOUND");
  });

  it("shows all that a step changed, and gives each of its commits to it", async () => {
    const api = tenant.services.workspaces;
    const { checkout, ...other } = await sample();
    const [one, two] = [checkout.commit("Empty"), checkout.commit("Also empty")];
    sh(other.mirror, "fetch", "-q", checkout.dir, `+refs/heads/main:refs/heads/run/${other.runId}`);
    await addStepCommit(deps, tenant, {
      runId: other.runId,
      stepId: "TEST",
      agentId: "t",
      commitHash: two,
      sequence: 3,
    });
    const step = await api.diff({ runId: other.runId, commitHash: other.first, span: "step" });
    expect(step.files.map(({ path }) => path)).toEqual(["src/new.ts"]);
    expect((await api.diff({ runId: other.runId, commitHash: two, span: "step" })).files).toEqual([]);
    expect((await api.history({ runId: other.runId })).commits[1]).toMatchObject({ hash: one, stepId: "TEST" });
  });

  it("follows a file across its rename and shows it at a commit", async () => {
    const { runId, start, second } = await sample();
    const history = await tenant.services.workspaces.fileHistory({ runId, filePath: "renamed.txt" });
    expect(history.commits.map(({ hash }) => hash)).toEqual([second, start]);
    const shown = await tenant.services.workspaces.show({ runId, commitHash: start, filePath: "old.txt" });
    expect(shown).toMatchObject({ content: "one\ntwo\nthree\nfour\n", language: "text", commit: { hash: start } });
    expect(await code(tenant.services.workspaces.fileHistory({ runId, filePath: "nope" }))).toBe("NOT_FOUND");
  });

  it("says clearly what is gone, and what has no commits", async () => {
    const { runId, mirror } = await sample();
    rmSync(mirror, { recursive: true });
    const api = tenant.services.workspaces;
    await expect(api.list({ runId })).rejects.toMatchObject({ code: "NOT_FOUND", message: /no workspace/ });
    expect(await api.status({ runId })).toMatchObject({ isRepo: false, branch: null, error: expect.any(String) });
    const checkout = new Checkout();
    const start = checkout.commit("Start");
    const empty = await runWithMirror(deps, tenant, { checkout, start, head: null });
    expect((await api.list({ runId: empty.run.id })).files).toEqual([]);
    expect(await api.status({ runId: empty.run.id })).toMatchObject({ ahead: 0, merge: { state: "none" } });
    expect(await code(api.merge({ runId: empty.run.id }))).toBe("BAD_REQUEST");
  });

  it("is not there for another tenant", async () => {
    const { a, b } = await twoTenants(deps);
    tenant = a;
    const { runId, second } = await sample();
    const api = b.services.workspaces;
    const calls = [
      api.list({ runId }),
      api.file({ runId, path: "renamed.txt" }),
      api.history({ runId }),
      api.status({ runId }),
      api.diff({ runId, commitHash: second }),
      api.show({ runId, commitHash: second, filePath: "renamed.txt" }),
      api.fileHistory({ runId, filePath: "renamed.txt" }),
      api.conflicts({ runId, file: "renamed.txt" }),
      api.merge({ runId }),
    ];
    expect(await Promise.all(calls.map(code))).toEqual(calls.map(() => "NOT_FOUND"));
  });

  it("runs nothing that a repository's attributes ask for", async () => {
    const proof = join(tmpdir(), unique("proof-"));
    const checkout = new Checkout();
    const start = checkout.commit("Start");
    checkout.write(".gitattributes", "* diff=evil filter=evil merge=evil\n");
    checkout.write(".gitmodules", `[submodule "x"]\n\tpath = x\n\turl = ext::touch ${proof}\n`);
    checkout.write("a.txt", "a\n");
    const head = checkout.commit("Attributes");
    const { run } = await runWithMirror(deps, tenant, { checkout, start, head });
    const api = tenant.services.workspaces;
    expect((await api.diff({ runId: run.id, commitHash: head })).diff).toContain("+a");
    expect((await api.merge({ runId: run.id })).success).toBe(true);
    expect(existsSync(proof)).toBe(false);
  });
});

describe("workspaces of an open run", () => {
  async function open() {
    const checkout = new Checkout();
    checkout.write("kept.txt", "kept\n");
    checkout.write("same-size.txt", "aaaa\n");
    checkout.write("removed.txt", "x\n");
    const start = checkout.commit("Start");
    const made = await runWithMirror(deps, tenant, { checkout, start, head: start, status: "running" });
    const write = (path: string, content: string) => {
      mkdirSync(dirname(join(made.workspace, path)), { recursive: true });
      writeFileSync(join(made.workspace, path), content);
    };
    write("kept.txt", "kept\n");
    write("same-size.txt", "bbbb\n");
    write("sub/fresh.txt", "fresh\n");
    write(".git/config", "[core]\n\tfsmonitor = touch /tmp/never\n");
    write("node_modules/x/index.js", "x");
    return { ...made, runId: made.run.id, write };
  }

  it("shows what the agent is writing, and what of it is not committed", async () => {
    const { runId } = await open();
    const api = tenant.services.workspaces;
    const { files, source } = await api.list({ runId });
    expect([source, files.map(({ path }) => path)]).toEqual([
      "workspace",
      ["kept.txt", "node_modules/x/index.js", "same-size.txt", "sub/fresh.txt"],
    ]);
    expect(await api.file({ runId, path: "sub/fresh.txt" })).toMatchObject({ content: "fresh\n", source: "workspace" });
    expect(await api.status({ runId })).toMatchObject({
      isClean: false,
      uncommittedChanges: 3,
      changes: [
        { status: "D", file: "removed.txt" },
        { status: "M", file: "same-size.txt" },
        { status: "A", file: "sub/fresh.txt" },
      ],
    });
  });

  it("follows no link, hard or symbolic, and waits for no pipe", async () => {
    const { runId, workspace, write } = await open();
    const outside = join(tmpdir(), unique("outside-"));
    mkdirSync(outside);
    writeFileSync(join(outside, "secret.txt"), "secret");
    symlinkSync(join(outside, "secret.txt"), join(workspace, "link.txt"));
    symlinkSync(outside, join(workspace, "folder"));
    linkSync(join(outside, "secret.txt"), join(workspace, "hard.txt"));
    const { execFileSync } = await import("node:child_process");
    execFileSync("mkfifo", [join(workspace, "pipe")]);
    write("large.txt", "x".repeat(1024 * 1024 + 1));
    write("binary", "a\0b");
    const api = tenant.services.workspaces;
    const file = (path: string) => code(api.file({ runId, path }));
    expect(await file("link.txt")).toBe("FORBIDDEN");
    expect(await file("folder/secret.txt")).toBe("FORBIDDEN");
    expect(await file("hard.txt")).toBe("FORBIDDEN");
    expect(await file(".git/config")).toBe("FORBIDDEN");
    expect(await file("../../x")).toBe("FORBIDDEN");
    expect(await file("pipe")).toBe("NOT_FOUND");
    expect(await file("sub")).toBe("NOT_FOUND");
    expect(await file("large.txt")).toBe("TOO_LARGE");
    expect(await file("binary")).toBe("UNSUPPORTED");
    const names = (await api.list({ runId })).files.map(({ path }) => path);
    expect(names.filter((name) => /link|folder|pipe|secret/.test(name))).toEqual([]);
  });
});
