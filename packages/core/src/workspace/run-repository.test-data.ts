/** A run with a repository as the engine leaves it, made by real git. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { tenantPaths } from "@djinnbot/config";
import type { Run } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { TestDeps, TestTenant } from "@djinnbot/testing";
import { soundPipeline } from "../pipeline-language/sample.test-data.ts";

const identity = ["-c", "user.name=Tova", "-c", "user.email=tova@example.test", "-c", "commit.gpgsign=false"];

/** Git as a developer calls it. */
export function sh(cwd: string, ...args: string[]): string {
  return execFileSync("git", [...identity, ...args], { cwd, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] }).trim();
}

/** A repository with files to work in; commits go to `branch`. */
export class Checkout {
  readonly dir = mkdtempSync(join(tmpdir(), "djinnbot-checkout-"));
  constructor(branch = "main") {
    sh(this.dir, "init", "-q", "-b", branch);
  }
  write(path: string, content: string | Buffer): string {
    const file = join(this.dir, path);
    mkdirSync(dirname(file), { recursive: true });
    execFileSync("tee", ["--", file], { input: content, stdio: ["pipe", "ignore", "pipe"] });
    return file;
  }
  commit(message: string): string {
    sh(this.dir, "add", "-A");
    sh(this.dir, "commit", "-q", "--allow-empty", "-m", message);
    return sh(this.dir, "rev-parse", "HEAD");
  }
  git(...args: string[]): string {
    return sh(this.dir, ...args);
  }
}

/** Starts a run of `tenant` and gives it a mirror with `start` as where it began and `head` as its branch. */
export async function runWithMirror(
  deps: TestDeps,
  tenant: TestTenant,
  options: { checkout: Checkout; start: string; head: string | null; repository?: string; status?: string },
): Promise<{ run: Run; mirror: string; workspace: string }> {
  const { checkout, start, head, repository, status = "completed" } = options;
  await tenant.services.pipelines.create({ yamlContent: soundPipeline }).catch(() => undefined);
  const run = await tenant.services.runs.create({ pipelineId: "sample", task: "Do it.\nWith care." });
  await deps.system.pool.query("UPDATE runs SET status = $2, repository = $3 WHERE id = $1", [
    run.id,
    status,
    repository ?? null,
  ]);
  const paths = tenantPaths(deps.config.dataDir, tenant.tenantId);
  const mirror = repository === undefined ? paths.ownMirror(run.id) : paths.mirror(repository);
  mkdirSync(mirror, { recursive: true });
  sh(mirror, "init", "-q", "--bare", "--template=", ".");
  sh(mirror, "fetch", "-q", checkout.dir, "+refs/heads/*:refs/scratch/*");
  if (repository === undefined) {
    sh(mirror, "update-ref", "refs/djinnbot/start", start);
  } else {
    // Not `remote add`: several runs share the mirror of one repository.
    sh(mirror, "config", "remote.origin.url", repository);
    sh(mirror, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
    sh(mirror, "update-ref", "refs/remotes/origin/main", start);
    sh(mirror, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
  }
  if (head !== null) {
    sh(mirror, "update-ref", `refs/heads/run/${run.id}`, head);
  }
  return { run, mirror, workspace: paths.workspace(run.id) };
}

/** Records that a step ended on a commit. */
export async function addStepCommit(
  deps: TestDeps,
  tenant: TestTenant,
  step: { runId: string; stepId: string; agentId: string; commitHash: string; sequence: number },
): Promise<void> {
  const id = `${step.runId}_${step.stepId}`;
  await withTenant(deps.db, tenant.tenantId, (tx) =>
    tx.step.create({ data: { id, status: "completed", queuedAt: 1, ...step } }),
  );
}
