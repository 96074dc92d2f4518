import { type AddressInfo, createServer, type Socket } from "node:net";
import { withTenant } from "@djinnbot/db";
import { newTenant, type TestDeps, type TestTenant, testDeps } from "@djinnbot/testing";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { call } from "../call.ts";
import { Checkout, runWithMirror, sh } from "./run-repository.test-data.ts";

let deps: TestDeps;
let tenant: TestTenant;
beforeAll(async () => {
  deps = await testDeps();
});
beforeEach(async () => {
  tenant = await newTenant(deps);
});
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => "ok",
    (error: { code: string }) => error.code,
  );

/** A run of two commits beside a `main` that went on, with or without touching the same lines. */
async function diverged(options: { conflict: boolean }) {
  const checkout = new Checkout();
  checkout.write("same.txt", "a\nb\nc\n");
  checkout.write("removed by run", "x\ny\nz\n");
  checkout.write("pic.bin", Buffer.from([0, 1, 2]));
  checkout.commit("Start");
  checkout.git("checkout", "-q", "-b", "work");
  checkout.write("-new.txt", "new\n");
  checkout.commit("Add a file");
  checkout.write("same.txt", "a\nrun\nc\n");
  if (options.conflict) {
    checkout.git("rm", "-q", "--", "removed by run");
    checkout.write("pic.bin", Buffer.from([0, 9]));
  }
  const head = checkout.commit("Change the same line");
  checkout.git("checkout", "-q", "main");
  checkout.write("other.txt", "other\n");
  if (options.conflict) {
    checkout.write("same.txt", "a\nmain\nc\n");
    checkout.write("removed by run", "x\ny\nchanged\n");
    checkout.write("pic.bin", Buffer.from([0, 5]));
  }
  const main = checkout.commit("Meanwhile");
  const repository = `${checkout.dir}/.git`;
  const made = await runWithMirror(deps, tenant, { checkout, start: main, head, repository });
  const read = (path: string) => sh(made.mirror, "show", `refs/heads/main:${path}`);
  return { ...made, runId: made.run.id, checkout, head, main, read };
}
const merge = (input: Parameters<TestTenant["services"]["workspaces"]["merge"]>[0]) =>
  tenant.services.workspaces.merge(input);

describe("merging", () => {
  it("joins both branches, twice with one answer, audited, and keeps the run's history apart", async () => {
    const { runId, mirror, head, main, read } = await diverged({ conflict: false });
    expect(await tenant.services.workspaces.status({ runId })).toMatchObject({
      trackingBranch: "main",
      ahead: 2,
      behind: 1,
      merge: { target: "main", state: "clean", conflicts: [] },
    });
    const first = await merge({ runId });
    expect(first).toMatchObject({ success: true, target: "main", alreadyMerged: false, push: { status: "none" } });
    expect(sh(mirror, "rev-list", "--parents", "-1", "refs/heads/main")).toBe(`${first.commitHash} ${main} ${head}`);
    expect([read("same.txt"), read("other.txt"), read("-new.txt")]).toEqual(["a\nrun\nc", "other", "new"]);
    expect(await merge({ runId })).toMatchObject({ commitHash: first.commitHash, alreadyMerged: true });
    expect((await tenant.services.workspaces.status({ runId })).merge?.state).toBe("merged");
    const rows = await withTenant(deps.db, tenant.tenantId, (tx) =>
      tx.auditLog.findMany({ where: { action: "workspace.merge", entityId: runId } }),
    );
    expect(rows.map(({ detail }) => detail)).toEqual([
      { strategy: "merge", branch: `run/${runId}`, target: "main", head, before: main, commit: first.commitHash },
    ]);
    expect(sh(mirror, "rev-parse", "refs/remotes/origin/main")).toBe(main);
  });

  it("squashes into one commit, and rebases keeping authors and messages", async () => {
    const squashed = await diverged({ conflict: false });
    const one = await merge({ runId: squashed.runId, strategy: "squash" });
    expect(sh(squashed.mirror, "rev-list", "--parents", "-1", "refs/heads/main")).toBe(
      `${one.commitHash} ${squashed.main}`,
    );
    expect(sh(squashed.mirror, "log", "-1", "--format=%s", "refs/heads/main")).toBe("Do it.");
    expect(squashed.read("same.txt")).toBe("a\nrun\nc");
    expect(await merge({ runId: squashed.runId, strategy: "squash" })).toMatchObject({ alreadyMerged: true });
    const rebased = await diverged({ conflict: false });
    await merge({ runId: rebased.runId, strategy: "rebase" });
    expect(sh(rebased.mirror, "log", "--format=%an:%s", `${rebased.main}..refs/heads/main`)).toBe(
      "Tova:Change the same line\nTova:Add a file",
    );
    expect(rebased.read("same.txt")).toBe("a\nrun\nc");
    expect(await merge({ runId: rebased.runId, strategy: "rebase" })).toMatchObject({ alreadyMerged: true });
  });

  it("names the files in conflict with their sides, and changes nothing", async () => {
    const { runId, mirror } = await diverged({ conflict: true });
    const paths = ["pic.bin", "removed by run", "same.txt"];
    for (const strategy of ["merge", "squash"] as const) {
      const refused = await merge({ runId, strategy });
      expect([refused.success, refused.conflicts, refused.error]).toEqual([
        false,
        paths,
        expect.stringContaining("3 files"),
      ]);
    }
    expect(await merge({ runId, strategy: "rebase" })).toMatchObject({ success: false, conflicts: paths });
    expect(() => sh(mirror, "rev-parse", "--verify", "-q", "refs/heads/main")).toThrow();
    const sides = (file: string) => tenant.services.workspaces.conflicts({ runId, file });
    expect(await sides("same.txt")).toMatchObject({
      baseContent: "a\nb\nc\n",
      oursContent: "a\nmain\nc\n",
      theirsContent: "a\nrun\nc\n",
      conflictMarkers: expect.stringMatching(/<{7} [\s\S]*main\n={7}\nrun\n>{7}/),
      sides: ["base", "ours", "theirs"],
    });
    expect(await sides("removed by run")).toMatchObject({
      theirsContent: null,
      sides: ["base", "ours"],
      binary: false,
    });
    expect(await sides("pic.bin")).toMatchObject({ binary: true, oursContent: null, conflictMarkers: "" });
    expect(await code(sides("other.txt"))).toBe("NOT_FOUND");
    expect(await code(sides("../x"))).toBe("FORBIDDEN");
  });

  it("takes texts and sides as decisions; what is left open is told", async () => {
    const { runId, mirror, read } = await diverged({ conflict: true });
    const part = await merge({ runId, resolutions: { "same.txt": "a\nboth\nc\n" } });
    expect([part.success, part.conflicts]).toEqual([false, ["pic.bin", "removed by run"]]);
    const done = await merge({
      runId,
      resolutions: { "same.txt": "a\nboth\nc\n", "removed by run": null },
      choices: { "pic.bin": "theirs" },
    });
    expect(done.success).toBe(true);
    expect(read("same.txt")).toBe("a\nboth\nc");
    expect(sh(mirror, "ls-tree", "--name-only", "refs/heads/main").split("\n")).toEqual([
      "-new.txt",
      "other.txt",
      "pic.bin",
      "same.txt",
    ]);
    expect(sh(mirror, "cat-file", "-s", "refs/heads/main:pic.bin")).toBe("2");
  });

  it("decides every conflict for one side, and understands the earlier form of resolutions", async () => {
    const ours = await diverged({ conflict: true });
    expect((await merge({ runId: ours.runId, strategy: "ours", resolveAll: true })).success).toBe(true);
    expect(ours.read("same.txt")).toBe("a\nmain\nc");
    const theirs = await diverged({ conflict: true });
    await merge({ runId: theirs.runId, strategy: "theirs", resolveAll: true });
    expect(theirs.read("same.txt")).toBe("a\nrun\nc");
    expect(() => theirs.read("removed by run")).toThrow();
    const typed = await diverged({ conflict: true });
    const input = { runId: typed.runId, strategy: "ours", "same.txt": "typed\n" };
    expect(await call(tenant.caller, "workspaces", "merge", input)).toMatchObject({ success: true });
    expect(typed.read("same.txt")).toBe("typed");
    const wrong = { runId: typed.runId, "same.txt": { nested: true } };
    expect(await code(call(tenant.caller, "workspaces", "merge", wrong))).toBe("BAD_REQUEST");
    expect(await code(merge({ runId: typed.runId, resolutions: { "../../x": "y" } }))).toBe("FORBIDDEN");
  });

  it("lets a team's pushes to slow servers wait, a few at once, and says so to the next", async () => {
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      open.add(socket.on("error", () => undefined).resume());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const slow = `git://127.0.0.1:${(server.address() as AddressInfo).port}/slow`;
    // Runs of their own: merges of one run wait for each other.
    const runIds: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      const { runId, mirror } = await diverged({ conflict: false });
      sh(mirror, "remote", "set-url", "origin", slow);
      runIds.push(runId);
    }
    const waiting = runIds.slice(1).map((runId) => merge({ runId, push: true }));
    await expect.poll(() => open.size, { timeout: 20_000 }).toBe(4);
    const detail = expect.stringContaining("Other pushes of this team");
    expect(await merge({ runId: runIds[0] ?? "", push: true })).toMatchObject({
      success: true,
      push: { status: "refused", detail },
    });
    for (const socket of open) {
      socket.destroy();
    }
    for (const { push } of await Promise.all(waiting)) {
      expect(push).toMatchObject({ status: "refused", detail: expect.not.stringContaining("Other pushes") });
    }
    server.close();
  });

  it("pushes where it may, says where it may not, and notices that the branch moved", async () => {
    const { runId, checkout, mirror, head } = await diverged({ conflict: false });
    expect(await code(merge({ runId, expectedHead: "0".repeat(40) }))).toBe("NOT_FOUND");
    expect(await code(merge({ runId, expectedHead: sh(mirror, "rev-parse", `${head}^`) }))).toBe("CONFLICT");
    const refused = await merge({ runId, push: true, expectedHead: head });
    // `main` is checked out there.
    expect(refused).toMatchObject({
      success: true,
      push: { status: "refused", detail: expect.stringContaining("main") },
    });
    checkout.git("checkout", "-q", "--detach");
    const pushed = await merge({ runId, push: true });
    expect(pushed).toMatchObject({ alreadyMerged: true, push: { status: "pushed" } });
    expect(checkout.git("rev-parse", "main")).toBe(pushed.commitHash);
  });

  it("makes one merge of two at once", async () => {
    const { runId, mirror, main } = await diverged({ conflict: false });
    const codes = await Promise.all([1, 2, 3].map(() => code(merge({ runId }))));
    expect(codes).toContain("ok");
    expect(codes.filter((one) => one !== "ok" && one !== "CONFLICT")).toEqual([]);
    expect(sh(mirror, "rev-list", "--count", "--first-parent", `${main}..refs/heads/main`)).toBe("1");
  });

  it("loses neither of two runs that are merged into one branch at once", async () => {
    const { runId, mirror, checkout, main, read } = await diverged({ conflict: false });
    checkout.git("checkout", "-q", "-b", "second", main);
    checkout.write("second.txt", "second\n");
    const head = checkout.commit("Another run");
    const repository = `${checkout.dir}/.git`;
    const second = await runWithMirror(deps, tenant, { checkout, start: main, head, repository });
    const runIds = [runId, second.run.id];
    // Both have built their commit on the same tip, and wait to write it down, when they are let go.
    const holder = await deps.system.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM tenants WHERE id = $1 FOR UPDATE", [tenant.tenantId]);
    const merging = Promise.all(runIds.map((one) => code(merge({ runId: one }))));
    await expect
      .poll(
        async () => {
          const text =
            "SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))";
          return (await holder.query<{ n: number }>(text)).rows[0]?.n;
        },
        { timeout: 20_000 },
      )
      .toBe(2);
    await holder.query("COMMIT");
    holder.release();
    expect((await merging).sort()).toEqual(["CONFLICT", "ok"]);
    const answers = await Promise.all(runIds.map((one) => merge({ runId: one })));
    expect(answers.map(({ success, alreadyMerged }) => [success, alreadyMerged]).sort()).toEqual([
      [true, false],
      [true, true],
    ]);
    expect([read("second.txt"), read("-new.txt"), read("other.txt")]).toEqual(["second", "new", "other"]);
    expect(sh(mirror, "rev-list", "--count", "--first-parent", `${main}..refs/heads/main`)).toBe("2");
  });

  it("merges into an empty start, and needs the right to write", async () => {
    const checkout = new Checkout();
    const start = checkout.commit("Start");
    checkout.write("a b.txt", "x");
    const head = checkout.commit("First");
    const { run, mirror } = await runWithMirror(deps, tenant, { checkout, start, head });
    const reader = { ...tenant.caller, scopes: new Set(["runs:read"] as const) };
    expect(await code(call(reader, "workspaces", "merge", { runId: run.id }))).toBe("FORBIDDEN");
    expect(await merge({ runId: run.id })).toMatchObject({ success: true, target: "main" });
    expect(sh(mirror, "show", "refs/heads/main:a b.txt")).toBe("x");
  });
});
