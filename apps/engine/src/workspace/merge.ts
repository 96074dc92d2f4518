/** Merging branches inside a bare mirror: no working copy, so nothing that an agent wrote is run or read as configuration. */
import { type Git, GitError } from "@djinnbot/core/git";
import { isAncestor, resolveCommit } from "./refs.ts";
import type { Merged } from "./workspace.ts";

const author = {
  GIT_AUTHOR_NAME: "DjinnBot",
  GIT_AUTHOR_EMAIL: "engine@djinnbot.local",
  GIT_COMMITTER_NAME: "DjinnBot",
  GIT_COMMITTER_EMAIL: "engine@djinnbot.local",
};
const maxFiles = 50;

interface Merge {
  mirror: string;
  /** Branch that receives; made when it does not exist. */
  branch: string;
  /** Commit the branch begins with when it does not exist. */
  start: string;
  others: readonly { runId: string; name: string }[];
}

/** Branches that made no commit are passed over. */
export async function mergeBranches(git: Git, { mirror, branch, start, others }: Merge): Promise<Merged> {
  const ref = `refs/heads/${branch}`;
  const before = await resolveCommit(git, mirror, ref);
  let head = before ?? start;
  for (const { runId, name } of others) {
    const theirs = await resolveCommit(git, mirror, `refs/heads/run/${runId}`);
    if (theirs === null || (await isAncestor(git, mirror, theirs, head))) {
      continue;
    }
    const tree = await mergeTree(git, mirror, { ours: head, theirs });
    if ("files" in tree) {
      return { conflict: { name, files: tree.files } };
    }
    const parents = ["-p", head, "-p", theirs];
    head = await git(["commit-tree", tree.id, ...parents, "-m", `Merge branch ${name}`], { cwd: mirror, env: author });
  }
  if (head === (before ?? start)) {
    return { head: before };
  }
  // The old value makes a second engine's merge fail instead of being lost.
  await git(["update-ref", ref, head, before ?? "0".repeat(40)], { cwd: mirror });
  return { head };
}

async function mergeTree(
  git: Git,
  mirror: string,
  { ours, theirs }: { ours: string; theirs: string },
): Promise<{ id: string } | { files: string[] }> {
  try {
    return { id: await git(["merge-tree", "--write-tree", "--no-messages", ours, theirs], { cwd: mirror }) };
  } catch (error) {
    // Exit code 1: the tree's id, then a line for each side of each conflict: mode, object, stage, a tab and the file.
    const output = error instanceof GitError ? error.output : "";
    const files = output.split("\n").flatMap((line) => /^\d{6} [0-9a-f]{40,64} [123]\t(.+)$/.exec(line)?.[1] ?? []);
    if (files.length === 0) {
      throw error;
    }
    return { files: [...new Set(files)].slice(0, maxFiles) };
  }
}
