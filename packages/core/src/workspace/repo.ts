/** The repository of a run: where it is, its branch, and the branch that it started from. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { tenantPaths } from "@djinnbot/config";
import { Fault, isTerminal, RunStatus } from "@djinnbot/contracts";
import { withTenant } from "@djinnbot/db";
import type { Ctx } from "../ctx.ts";
import { type BareGit, openBare } from "../git/index.ts";
import { getRunOrFault, type RunRow } from "../run/queries.ts";

/** The engine keeps the first commit of a repository without a remote, or of an empty one, under this name. */
export const startRef = "refs/djinnbot/start";
/** Where a run's own commits begin, kept when they are merged: from then on no merge base tells. */
export const keptBaseRef = (runId: string) => `refs/djinnbot/merged/${runId}`;

export interface StepCommit {
  stepId: string;
  agentId: string;
  commitHash: string;
}
export interface Place {
  row: RunRow;
  branch: string;
  /** The working copy, when the run is open and has one. */
  workspace: string | null;
  mirror: string;
  /** Steps that committed, in the order they ran. */
  steps: StepCommit[];
}
export interface Target {
  /** Short name, e.g. `main`. */
  branch: string;
  ref: string;
  /** Its commit here; null before the first merge into a repository of our own. */
  own: string | null;
  tip: string;
}
export interface Repo extends Place {
  git: BareGit;
  /** Last commit of the run's branch; while there is none, the commit to start from. */
  head: string;
  hasCommits: boolean;
  base: string;
  target: Target | null;
}

export async function findPlace(ctx: Ctx, runId: string): Promise<Place> {
  const { row, steps } = await withTenant(ctx.deps.db, ctx.tenantId, async (tx) => ({
    row: await getRunOrFault(tx, runId),
    steps: await tx.step.findMany({
      where: { runId, commitHash: { not: null } },
      orderBy: { sequence: "asc" },
      select: { stepId: true, agentId: true, commitHash: true },
    }),
  }));
  const paths = tenantPaths(ctx.deps.config.dataDir, ctx.tenantId);
  const workspace = paths.workspace(runId);
  const open = !isTerminal(RunStatus.parse(row.status)) && (await isThere(workspace));
  return {
    row,
    branch: `run/${runId}`,
    workspace: open ? workspace : null,
    mirror: row.repository === null ? paths.ownMirror(row.rootRunId ?? runId) : paths.mirror(row.repository),
    steps: steps.flatMap((step) => (step.commitHash === null ? [] : [{ ...step, commitHash: step.commitHash }])),
  };
}

/** Throws NOT_FOUND when nothing is kept of the run (any more). */
export async function openRepo(ctx: Ctx, runId: string): Promise<Repo> {
  return openPlace(ctx, await findPlace(ctx, runId));
}

export async function openPlace(ctx: Ctx, place: Place): Promise<Repo> {
  const { row, branch } = place;
  if (!(await isThere(join(place.mirror, "HEAD")))) {
    throw new Fault("NOT_FOUND", "This run has no workspace: it has not started yet, or its files were removed.");
  }
  const git = await openBare(ctx.deps.config.dataDir, place.mirror);
  const target = await findTarget(git, row);
  const own = await resolveCommit(git, `refs/heads/${branch}`);
  const start = target?.tip ?? (await startOf(git, row));
  const head = own ?? start;
  if (head === null) {
    throw new Fault("NOT_FOUND", "This run has no commits yet.");
  }
  const base = own === null || start === null ? head : await findBase(git, place, { head, start });
  return { ...place, git, head, hasCommits: own !== null, base, target };
}

/** The commit a full name means, or null. */
export async function resolveCommit(git: BareGit, name: string): Promise<string | null> {
  return git.line(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]).catch(() => null);
}

/** A commit that a caller names. BAD_REQUEST for what is no hash, NOT_FOUND for one that is not there. */
export async function commitOrFault(git: BareGit, hash: string): Promise<string> {
  if (!/^[0-9a-f]{4,64}$/i.test(hash)) {
    throw new Fault("BAD_REQUEST", "Give a commit by its hash: 4 to 64 hexadecimal digits.");
  }
  const found = await resolveCommit(git, hash);
  // A branch may be called like a hash.
  if (found === null || !found.startsWith(hash.toLowerCase())) {
    throw new Fault("NOT_FOUND", "The repository has no such commit.");
  }
  return found;
}

async function findTarget(git: BareGit, row: RunRow): Promise<Target | null> {
  const wanted = row.baseBranch;
  if (row.repository !== null && wanted?.startsWith("run/")) {
    const ref = `refs/heads/${wanted}`;
    const tip = await resolveCommit(git, ref);
    if (tip !== null) {
      return { branch: wanted, ref, own: tip, tip };
    }
  }
  const branch = row.repository === null ? "main" : (wanted ?? (await defaultBranch(git)));
  const remote = row.repository === null ? null : await resolveCommit(git, `refs/remotes/origin/${branch}`);
  const start = remote ?? (wanted !== null && row.repository !== null ? null : await resolveCommit(git, startRef));
  if (start === null) {
    return null;
  }
  const ref = `refs/heads/${branch}`;
  const own = await resolveCommit(git, ref);
  // Merges that were not pushed live here only: they count until the remote has them too.
  const tip = own === null || (await isAncestor(git, own, start)) ? start : own;
  return { branch, ref, own, tip };
}

async function defaultBranch(git: BareGit): Promise<string> {
  const head = await git.line(["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"]).catch(() => "");
  if (head.startsWith("refs/remotes/origin/")) {
    return head.slice("refs/remotes/origin/".length);
  }
  for (const name of ["main", "master"]) {
    if ((await resolveCommit(git, `refs/remotes/origin/${name}`)) !== null) {
      return name;
    }
  }
  const first = await git.line(["for-each-ref", "--count=1", "--format=%(refname)", "refs/remotes/origin"]);
  return first === "" ? "main" : first.slice("refs/remotes/origin/".length);
}

async function startOf(git: BareGit, row: RunRow): Promise<string | null> {
  return row.baseBranch === null ? null : resolveCommit(git, `refs/tags/${row.baseBranch}`);
}

async function findBase(
  git: BareGit,
  { row, steps }: Place,
  { head, start }: { head: string; start: string },
): Promise<string> {
  const base = await mergeBase(git, start, head);
  const merged = base === head || steps.some(({ commitHash }) => commitHash === base);
  const kept = merged ? await resolveCommit(git, keptBaseRef(row.id)) : null;
  if (kept !== null && (await isAncestor(git, kept, head))) {
    return kept;
  }
  return base ?? (row.repository === null ? ((await resolveCommit(git, startRef)) ?? head) : head);
}

export async function mergeBase(git: BareGit, a: string, b: string): Promise<string | null> {
  const answer = await git.run(["merge-base", a, b], { codes: [1] });
  return answer.code === 1 ? null : answer.bytes.toString("utf8").trim();
}

export async function isAncestor(git: BareGit, ancestor: string, commit: string): Promise<boolean> {
  return (await git.run(["merge-base", "--is-ancestor", ancestor, commit], { codes: [1] })).code === 0;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
