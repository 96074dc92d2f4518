/**
 * Working copies by git. Per tenant and repository one bare mirror that only the engine writes; per run a clone that borrows the
 * mirror's objects. A git worktree would let an agent write the repository's configuration and hooks, which the engine would then run.
 */
import { access, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { tenantPaths } from "@djinnbot/config";
import type { Git } from "@djinnbot/core/git";
import { baseRef, createBlanks, emptyCommit, startRef } from "./blank.ts";
import { copyRegularFile } from "./copy-file.ts";
import { mergeBranches } from "./merge.ts";
import { detailOf, resolveCommit } from "./refs.ts";
import { pushBranch, setAside } from "./run-branch.ts";
import {
  type Collected,
  type PreparedWorkspace,
  type Workspace,
  WorkspaceError,
  type WorkspaceRun,
} from "./workspace.ts";

const cloneTimeoutMs = 600_000;
const askTimeoutMs = 60_000;

/** `silenceMs` is how long nothing may be heard of a server. */
export function createGitWorkspace(options: { git: Git; dataDir: string; silenceMs?: number }): Workspace {
  const { git, dataDir, silenceMs = 30_000 } = options;
  /** Stops with the run; for whatever waits for a server or may take long. */
  const stoppable =
    ({ signal }: WorkspaceRun): Git =>
    (args, more) =>
      git(args, { signal, ...more });
  const places = (run: WorkspaceRun) => {
    const paths = tenantPaths(dataDir, run.tenantId);
    return {
      mirror: run.repository === null ? paths.ownMirror(run.rootRunId) : paths.mirror(run.repository),
      workspace: paths.workspace(run.runId),
      home: (agentId: string) => paths.home(run.runId, agentId),
      branch: `run/${run.runId}`,
    };
  };
  const makeBlank = createBlanks(git, dataDir);
  return {
    prepare: async (run) => {
      const place = places(run);
      const isOwn = run.repository === null && run.rootRunId === run.runId;
      if (isOwn && (run.fresh || !(await exists(join(place.mirror, "HEAD"))))) {
        return { path: place.workspace, mirror: place.mirror, branch: place.branch, base: await makeBlank(place) };
      }
      return prepare({ git: stoppable(run), silenceMs }, run, place);
    },
    collect: (run, step) =>
      collect(git, {
        ...places(run),
        bundle: bundlePath(places(run).home(step.agentId), step.commitHash),
        commitHash: step.commitHash,
      }),
    head: (run) => resolveCommit(git, places(run).mirror, `refs/heads/${places(run).branch}`),
    merge: async (run, others) => {
      const place = places(run);
      const merged = await mergeBranches(git, { ...place, start: await startCommit(git, run, place.mirror), others });
      if (!("conflict" in merged)) {
        // Cloned anew: git must not run inside a copy that an agent could have rigged.
        await rm(place.workspace, { recursive: true, force: true });
      }
      return merged;
    },
    push: (run) => pushBranch(stoppable(run), run, { ...places(run), silenceMs, timeoutMs: cloneTimeoutMs }),
    remove: (run) => rm(places(run).workspace, { recursive: true, force: true }),
  };
}

/** Where the runtime leaves the commits of a step. */
function bundlePath(home: string, commitHash: string): string {
  return join(home, ".commits", `${commitHash}.bundle`);
}

interface Places {
  mirror: string;
  workspace: string;
  branch: string;
}

interface Remote {
  git: Git;
  silenceMs: number;
}

async function prepare(remote: Remote, run: WorkspaceRun, place: Places): Promise<PreparedWorkspace> {
  const { git } = remote;
  const { mirror, workspace, branch } = place;
  if (run.fresh && (await exists(join(mirror, "HEAD")))) {
    await setAside(git, place);
  }
  await ensureMirror(remote, run, mirror);
  const start = await startCommit(git, run, mirror);
  if (run.fresh) {
    await rm(workspace, { recursive: true, force: true });
  }
  if (!(await exists(join(workspace, ".git")))) {
    const earlier = await resolveCommit(git, mirror, `refs/heads/${branch}`);
    await cloneInto(git, { mirror, workspace, branch, commit: earlier ?? start, start });
  }
  return { path: workspace, mirror, branch, base: start };
}

/** Clones beside the place and renames, so that a crash leaves either nothing or a whole working copy. */
async function cloneInto(git: Git, options: Places & { commit: string; start: string }): Promise<void> {
  const { mirror, workspace, branch, commit } = options;
  const fresh = `${workspace}.${process.pid}.new`;
  try {
    await mkdir(dirname(workspace), { recursive: true });
    await rm(fresh, { recursive: true, force: true });
    await git(["clone", "--quiet", "--shared", "--no-checkout", "--no-tags", "--template=", "--", mirror, fresh]);
    await git(["checkout", "--quiet", "-B", branch, commit], { cwd: fresh, timeoutMs: cloneTimeoutMs });
    await git(["update-ref", baseRef, options.start], { cwd: fresh });
    await git(["remote", "remove", "origin"], { cwd: fresh });
    if (await exists(join(workspace, ".git"))) {
      // Another engine was first, and an agent may be at work there already.
      await rm(fresh, { recursive: true, force: true });
      return;
    }
    await rm(workspace, { recursive: true, force: true });
    await rename(fresh, workspace);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw new WorkspaceError("WORKSPACE_FAILED", `The working copy could not be made: ${detailOf(error)}`);
  }
}

async function ensureMirror(remote: Remote, run: WorkspaceRun, mirror: string): Promise<void> {
  try {
    if (!(await exists(join(mirror, "HEAD")))) {
      await createMirror(remote, run, mirror);
    } else if (run.repository !== null) {
      await retryLocked(() => fetchOrigin(remote, mirror));
    }
  } catch (error) {
    const code = run.repository === null ? "WORKSPACE_FAILED" : "REPOSITORY_UNREACHABLE";
    throw new WorkspaceError(code, `The repository ${run.repository ?? ""} could not be read: ${detailOf(error)}`);
  }
}

async function createMirror(remote: Remote, run: WorkspaceRun, mirror: string): Promise<void> {
  const { git } = remote;
  const fresh = `${mirror}.${process.pid}.${Date.now()}.new`;
  try {
    await mkdir(dirname(mirror), { recursive: true });
    await git(["init", "--quiet", "--bare", "--template=", "--", fresh]);
    if (run.repository !== null) {
      await git(["remote", "add", "origin", run.repository], { cwd: fresh });
      await fetchOrigin(remote, fresh);
    }
    await rename(fresh, mirror).catch(async (error: NodeJS.ErrnoException) => {
      // Another engine was first: its mirror is as good.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") {
        throw error;
      }
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function fetchOrigin({ git, silenceMs }: Remote, mirror: string): Promise<void> {
  await git(
    [
      "fetch",
      "--progress",
      "--prune",
      "--no-write-fetch-head",
      "origin",
      "+refs/heads/*:refs/remotes/origin/*",
      // Branches of runs: a repository that several tenants use must not carry work from one to another.
      "^refs/heads/run/*",
      "+refs/tags/*:refs/tags/*",
    ],
    { cwd: mirror, timeoutMs: cloneTimeoutMs, silenceMs },
  );
  const asked = { cwd: mirror, timeoutMs: askTimeoutMs, silenceMs };
  const head = await git(["ls-remote", "--symref", "origin", "HEAD"], asked);
  const branch = /^ref: refs\/heads\/(\S+)\s+HEAD$/m.exec(head)?.[1];
  if (branch !== undefined) {
    await git(["symbolic-ref", "refs/remotes/origin/HEAD", `refs/remotes/origin/${branch}`], { cwd: mirror });
  }
}

/** The commit to start from: the wanted branch or tag, else the default branch, else an empty first commit. */
async function startCommit(git: Git, run: WorkspaceRun, mirror: string): Promise<string> {
  if (run.baseCommit !== null) {
    const found = await resolveCommit(git, mirror, run.baseCommit);
    if (found !== null) {
      return found;
    }
    throw new WorkspaceError("WORKSPACE_FAILED", `The commit ${run.baseCommit} to begin with is not there any more.`);
  }
  if (run.repository === null) {
    return (await resolveCommit(git, mirror, startRef)) ?? emptyCommit(git, mirror);
  }
  if (run.baseBranch !== null) {
    const wanted = run.baseBranch;
    const own = wanted.startsWith("run/") ? await resolveCommit(git, mirror, `refs/heads/${wanted}`) : null;
    if (own !== null) {
      return own;
    }
    const found =
      (await resolveCommit(git, mirror, `refs/remotes/origin/${wanted}`)) ??
      (await resolveCommit(git, mirror, `refs/tags/${wanted}`));
    if (found === null) {
      throw new WorkspaceError("REPOSITORY_UNREACHABLE", `The repository has no branch or tag "${wanted}".`);
    }
    return found;
  }
  const start = (await resolveCommit(git, mirror, "refs/remotes/origin/HEAD")) ?? (await anyBranch(git, mirror));
  return start ?? emptyCommit(git, mirror);
}

/** A remote whose HEAD names no branch: `main`, `master`, or the first there is. */
async function anyBranch(git: Git, mirror: string): Promise<string | null> {
  for (const name of ["main", "master"]) {
    const found = await resolveCommit(git, mirror, `refs/remotes/origin/${name}`);
    if (found !== null) {
      return found;
    }
  }
  const first = await git(["for-each-ref", "--count=1", "--format=%(objectname)", "refs/remotes/origin"], {
    cwd: mirror,
  });
  return first === "" ? null : first;
}

async function collect(git: Git, options: Places & { bundle: string; commitHash: string }): Promise<Collected> {
  const { mirror, branch, commitHash } = options; // which other runs may bring at this moment, too
  const copy = join(mirror, `incoming-${branch.replaceAll("/", "-")}-${commitHash}.bundle`);
  try {
    await copyRegularFile(options.bundle, copy);
    await retryLocked(() =>
      git(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", copy, `+HEAD:refs/heads/${branch}`], {
        cwd: mirror,
        timeoutMs: cloneTimeoutMs,
      }),
    );
    const head = await resolveCommit(git, mirror, `refs/heads/${branch}`);
    if (head !== commitHash) {
      throw new WorkspaceError("WORKSPACE_FAILED", "The commits that arrived are not the ones the agent named.");
    }
    const subjects = await git(["log", "--no-show-signature", "-5", "--format=%s", head], { cwd: mirror });
    return { head, commits: subjects === "" ? [] : subjects.split("\n") };
  } catch (error) {
    throw error instanceof WorkspaceError
      ? error
      : new WorkspaceError("WORKSPACE_FAILED", `The step's commits could not be taken over: ${detailOf(error)}`);
  } finally {
    await rm(copy, { force: true });
  }
}

/** Two engines may fetch into one mirror: git locks single references, and a short wait is enough. */
async function retryLocked<T>(use: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await use();
    } catch (error) {
      if (tries >= 5 || !/cannot lock ref|unable to lock|\.lock/i.test(detailOf(error))) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 100 * tries));
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
