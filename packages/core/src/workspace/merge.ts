import { type contracts, Fault, type RunDetail } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { createGit, GitError, TenantPlaces } from "../git/index.ts";
import { actorId, guard } from "../guard.ts";
import { commitTree, type Decision, decideTree, maxRebased, rebaseCommits, treeOf } from "./build-commit.ts";
import { type Conflict, mergeCommits } from "./conflicts.ts";
import { checkPath } from "./file-path.ts";
import { commitOrFault, isAncestor, keptBaseRef, openRepo, type Repo, type Target } from "./repo.ts";

type Merge = (typeof contracts)["workspaces"]["merge"];
type Input = VerbArgs<Merge>["input"];
type Built = { commit: string } | { conflicts: string[]; error: string };

/** How long nothing may be heard of the server. */
const pushSilenceMs = 30_000;
const pushTimeoutMs = 120_000;
const pushes = new TenantPlaces(4);
const known = new Set(["runId", "strategy", "resolveAll", "resolutions", "choices", "expectedHead", "push"]);

/**
 * Merges the run's branch into the one it started from. Merging twice answers the same commit. Conflicts that nothing decides are
 * answered, and nothing is merged. The push, when wanted, comes after: where it is refused the merge stays, and the answer says so.
 */
export async function mergeRun({ ctx, input }: VerbArgs<Merge>) {
  guard(ctx, "runs:write");
  const repo = await openRepo(ctx, input.runId);
  const decisions = readDecisions(input);
  const target = await targetOrFault(repo, input);
  const answer = { target: target.branch, push: { status: "none" as const, detail: null } };
  const before = target.own;
  const built: Built = (await isAncestor(repo.git, repo.head, target.tip))
    ? { commit: target.tip }
    : await build(ctx, { repo, target, input, decisions });
  if ("conflicts" in built) {
    return { ...answer, success: false, alreadyMerged: false, ...built };
  }
  const alreadyMerged = built.commit === target.tip;
  if (!alreadyMerged) {
    await record(ctx, { repo, target, before, commit: built.commit, strategy: input.strategy });
  }
  const push = input.push ? await pushTarget(ctx, repo, { target, commit: built.commit }) : answer.push;
  return { ...answer, success: true, commitHash: built.commit, alreadyMerged, push };
}

async function targetOrFault(repo: Repo, input: Input): Promise<Target> {
  if (repo.target === null) {
    throw new Fault("BAD_REQUEST", "The run started from a tag, so there is no branch to merge into.");
  }
  if (!repo.hasCommits) {
    throw new Fault("BAD_REQUEST", "The run has no commits to merge.");
  }
  if (input.expectedHead !== undefined && (await commitOrFault(repo.git, input.expectedHead)) !== repo.head) {
    throw new Fault("CONFLICT", "The run's branch has new commits. Look at them, then merge again.");
  }
  return repo.target;
}

/** Texts and sides by path; further text fields of the input are texts too, as earlier clients send them. */
function readDecisions(input: Input): Map<string, Decision> {
  const decisions = new Map<string, Decision>();
  for (const [path, text] of Object.entries(input)) {
    if (known.has(path)) {
      continue;
    }
    if (typeof text !== "string") {
      throw new Fault("BAD_REQUEST", `"${path.slice(0, 200)}" is no option of a merge, and not the text of a file.`);
    }
    decisions.set(checkPath(path), { text });
  }
  for (const [path, text] of Object.entries(input.resolutions ?? {})) {
    decisions.set(checkPath(path), { text });
  }
  for (const [path, side] of Object.entries(input.choices ?? {})) {
    decisions.set(checkPath(path), { side });
  }
  return decisions;
}

async function build(
  ctx: Ctx,
  { repo, target, input, decisions }: { repo: Repo; target: Target; input: Input; decisions: Map<string, Decision> },
): Promise<Built> {
  const { git, head } = repo;
  if (input.strategy === "rebase") {
    return rebase(repo, target);
  }
  const merged = await mergeCommits(git, target.tip, head);
  const side = input.strategy === "ours" || input.strategy === "theirs" ? input.strategy : null;
  const decided: { conflict: Conflict; decision: Decision }[] = [];
  const open: string[] = [];
  for (const conflict of merged.conflicts) {
    const decision = decisions.get(conflict.path) ?? (side === null ? undefined : { side });
    if (decision) {
      decided.push({ conflict, decision });
    } else {
      open.push(conflict.path);
    }
  }
  if (open.length > 0) {
    const error = `${open.length} ${open.length === 1 ? "file needs" : "files need"} a decision: both branches changed the same lines.`;
    return { conflicts: open, error };
  }
  const tree = await decideTree(git, merged.tree, decided);
  if (input.strategy === "squash" && tree === (await treeOf(git, target.tip))) {
    return { commit: target.tip };
  }
  const parents = input.strategy === "squash" ? [target.tip] : [target.tip, head];
  return { commit: await commitTree(git, { tree, parents, message: messageOf(ctx, repo, input.strategy) }) };
}

async function rebase(repo: Repo, target: Target): Promise<Built> {
  const count = Number(await repo.git.line(["rev-list", "--count", repo.head, `^${repo.base}`, `^${target.tip}`]));
  if (count > maxRebased) {
    throw new Fault(
      "BAD_REQUEST",
      `The branch has ${count} commits; up to ${maxRebased} are rebased. Merge or squash it.`,
    );
  }
  const { commit, conflicts } = await rebaseCommits(repo.git, { base: repo.base, head: repo.head, onto: target.tip });
  if (conflicts.length > 0) {
    return {
      conflicts,
      error: "A commit of the run does not apply by itself. Merge or squash, and decide the files there.",
    };
  }
  return { commit };
}

function messageOf(ctx: Ctx, repo: Repo, strategy: Input["strategy"]): string {
  const task = (repo.row.taskDescription.trim().split("\n", 1)[0] ?? "").slice(0, 200);
  const subject = strategy === "squash" ? task || repo.branch : `Merge ${repo.branch} into ${repo.target?.branch}`;
  return `${subject}\n\n${strategy === "squash" ? "" : `${task}\n\n`}Run: ${repo.row.id}\nMerged-by: ${ctx.actor.kind} ${actorId(ctx.actor)}\n`;
}

/** Moves the branch as the last act of the transaction: what is not in the audit log did not happen. */
async function record(
  ctx: Ctx,
  options: { repo: Repo; target: Target; before: string | null; commit: string; strategy: string },
): Promise<void> {
  const { repo, target, before, commit, strategy } = options;
  await change(ctx, async (tx) => {
    await audit(tx, ctx, {
      action: "workspace.merge",
      entity: "run",
      entityId: repo.row.id,
      detail: { strategy, branch: repo.branch, target: target.branch, head: repo.head, before: target.tip, commit },
    });
    const expected = before ?? "0".repeat(commit.length);
    const lines = [`update ${target.ref} ${commit} ${expected}`, `update ${keptBaseRef(repo.row.id)} ${repo.base}`];
    await repo.git.run(["update-ref", "--stdin"], { input: `${lines.join("\n")}\n` }).catch((error: unknown) => {
      if (error instanceof GitError && /cannot lock ref|unable to lock|\.lock/i.test(error.detail)) {
        throw new Fault("CONFLICT", `${target.branch} has just changed. Look again, then merge.`);
      }
      throw error;
    });
  });
}

async function pushTarget(
  ctx: Ctx,
  repo: Repo,
  { target, commit }: { target: Target; commit: string },
): Promise<RunDetail["push"]> {
  if (repo.row.repository === null || target.branch.startsWith("run/")) {
    return { status: "none", detail: "There is no remote repository to push to." };
  }
  const leave = pushes.take(ctx.tenantId);
  if (leave === null) {
    const detail = "Other pushes of this team still wait for their servers. Push again when one of them has ended.";
    return { status: "refused", detail };
  }
  return pushNow(ctx, repo, { target, commit }).finally(leave);
}

async function pushNow(
  ctx: Ctx,
  repo: Repo,
  { target, commit }: { target: Target; commit: string },
): Promise<RunDetail["push"]> {
  await change(ctx, (tx) =>
    audit(tx, ctx, {
      action: "workspace.push",
      entity: "run",
      entityId: repo.row.id,
      detail: { target: target.branch, commit },
    }),
  );
  const git = await createGit(ctx.deps.config.dataDir);
  try {
    await git(
      ["push", "--progress", "--no-verify", "--end-of-options", "origin", `${commit}:refs/heads/${target.branch}`],
      { cwd: repo.mirror, timeoutMs: pushTimeoutMs, silenceMs: pushSilenceMs },
    );
    ctx.log.info({ run: repo.row.id, target: target.branch }, "a merged branch was pushed");
    return { status: "pushed", detail: null };
  } catch (error) {
    return { status: "refused", detail: error instanceof GitError ? error.detail : "The push failed." };
  }
}
