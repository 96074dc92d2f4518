/** Fresh repositories for runs without one: copied from one that git made, because six calls of git would cost 150 ms a run. */
import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Git } from "@djinnbot/core/git";

const author = {
  GIT_AUTHOR_NAME: "DjinnBot",
  GIT_AUTHOR_EMAIL: "engine@djinnbot.local",
  GIT_COMMITTER_NAME: "DjinnBot",
  GIT_COMMITTER_EMAIL: "engine@djinnbot.local",
  GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z",
  GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z",
};
/** Keeps the first commit of a repository without a remote, or of an empty one. */
export const startRef = "refs/djinnbot/start";
/** In a working copy: the commit the run started from. */
export const baseRef = "refs/djinnbot/base";

/** An empty first commit, the same hash everywhere; answers it. */
export async function emptyCommit(git: Git, mirror: string): Promise<string> {
  const tree = await git(["hash-object", "-t", "tree", "-w", "--stdin"], { cwd: mirror });
  const commit = await git(["commit-tree", tree, "-m", "Start"], { cwd: mirror, env: author });
  await git(["update-ref", startRef, commit], { cwd: mirror });
  return commit;
}

interface Blank {
  mirror: string;
  workspace: string;
  start: string;
}
const templateBranch = "template";

/** Makes the pair once per process. */
async function makeBlank(git: Git, dir: string): Promise<Blank> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const [mirror, workspace] = [join(dir, "mirror.git"), join(dir, "workspace")];
  await git(["init", "--quiet", "--bare", "--template=", "--", mirror]);
  const start = await emptyCommit(git, mirror);
  await git(["clone", "--quiet", "--shared", "--no-checkout", "--template=", "--", mirror, workspace]);
  await git(["checkout", "--quiet", "-B", templateBranch, start], { cwd: workspace });
  await git(["update-ref", baseRef, start], { cwd: workspace });
  await git(["remote", "remove", "origin"], { cwd: workspace });
  await git(["pack-refs", "--all"], { cwd: mirror });
  return { mirror, workspace, start };
}

/** Answers the function that makes a mirror and a working copy on `branch`, and tells the first commit. */
export function createBlanks(git: Git, dataDir: string) {
  let made: Promise<Blank> | undefined;
  return async (place: { mirror: string; workspace: string; branch: string }): Promise<string> => {
    made ??= makeBlank(git, join(dataDir, "git", `blank-${process.pid}`));
    const blank = await made;
    await copyInto(blank.mirror, place.mirror, async () => undefined);
    await copyInto(blank.workspace, place.workspace, async (dir) => {
      const gitDir = join(dir, ".git");
      await mkdir(dirname(join(gitDir, "refs", "heads", place.branch)), { recursive: true });
      await Promise.all([
        writeFile(join(gitDir, "HEAD"), `ref: refs/heads/${place.branch}\n`),
        writeFile(join(gitDir, "refs", "heads", place.branch), `${blank.start}\n`),
        writeFile(join(gitDir, "objects", "info", "alternates"), `${join(place.mirror, "objects")}\n`),
        rm(join(gitDir, "refs", "heads", templateBranch), { force: true }),
      ]);
    });
    return blank.start;
  };
}

/** Copies beside the place and renames, so that a crash leaves either nothing or the whole. */
async function copyInto(from: string, to: string, adapt: (dir: string) => Promise<void>): Promise<void> {
  const fresh = `${to}.${process.pid}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  await cp(from, fresh, { recursive: true });
  await adapt(fresh);
  await rm(to, { recursive: true, force: true });
  await rename(fresh, to);
}
