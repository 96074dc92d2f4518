/** Makes the commit of a merge without a working copy: objects only, no branch moves. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BareGit } from "../git/index.ts";
import { type Conflict, mergeCommits, type Side } from "./conflicts.ts";
import { parseLog } from "./log.ts";

const committer = { GIT_COMMITTER_NAME: "DjinnBot", GIT_COMMITTER_EMAIL: "engine@djinnbot.local" };
const author = { GIT_AUTHOR_NAME: "DjinnBot", GIT_AUTHOR_EMAIL: "engine@djinnbot.local" };
/** A rebase makes every commit anew. */
export const maxRebased = 500;

/** What a file in conflict becomes: a side of it, or a text; null removes it. */
export type Decision = { side: "ours" | "theirs" } | { text: string | null };

/** The tree of a merge with every conflict decided. */
export async function decideTree(
  git: BareGit,
  tree: string,
  decided: readonly { conflict: Conflict; decision: Decision }[],
): Promise<string> {
  if (decided.length === 0) {
    return tree;
  }
  const lines = await Promise.all(decided.map((one) => indexLine(git, one)));
  const index = join(tmpdir(), `djinnbot-index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    await git.run(["read-tree", tree], { env });
    await git.run(["update-index", "-z", "--index-info"], { env, input: lines.join("") });
    return await git.line(["write-tree"], { env });
  } finally {
    await rm(index, { force: true });
  }
}

async function indexLine(
  git: BareGit,
  { conflict, decision }: { conflict: Conflict; decision: Decision },
): Promise<string> {
  const side = "side" in decision ? conflict[decision.side] : await writeText(git, conflict, decision.text);
  return side === null ? `0 ${"0".repeat(40)}\t${conflict.path}\0` : `${side.mode} ${side.hash}\t${conflict.path}\0`;
}

async function writeText(git: BareGit, conflict: Conflict, text: string | null): Promise<Side | null> {
  if (text === null) {
    return null;
  }
  const hash = await git.line(["hash-object", "-w", "--no-filters", "--stdin"], { input: text });
  const mode = (conflict.ours ?? conflict.theirs ?? conflict.base)?.mode ?? "100644";
  return { hash, mode: mode === "100755" ? mode : "100644" };
}

/** A commit by the platform. */
export async function commitTree(
  git: BareGit,
  options: { tree: string; parents: readonly string[]; message: string; env?: Record<string, string> },
): Promise<string> {
  const parents = options.parents.flatMap((parent) => ["-p", parent]);
  return git.line(["commit-tree", options.tree, ...parents, "-F", "-"], {
    input: options.message,
    env: { ...author, ...committer, ...options.env },
  });
}

/** Makes the commits of `base..head` again on top of `onto`; stops at the first that conflicts. */
export async function rebaseCommits(
  git: BareGit,
  { base, head, onto }: { base: string; head: string; onto: string },
): Promise<{ commit: string; conflicts: string[] }> {
  const list = await git.line(["rev-list", "--reverse", "--topo-order", "--no-merges", head, `^${base}`, `^${onto}`]);
  let top = onto;
  for (const commit of list === "" ? [] : list.split("\n")) {
    const { tree, conflicts } = await pick(git, commit, top);
    if (conflicts.length > 0) {
      return { commit: top, conflicts: conflicts.map(({ path }) => path) };
    }
    if (tree !== (await treeOf(git, top))) {
      top = await commitAgain(git, { commit, tree, parent: top });
    }
  }
  return { commit: top, conflicts: [] };
}

export const treeOf = (git: BareGit, commit: string) => git.line(["rev-parse", `${commit}^{tree}`]);

/** The change of one commit on top of another: a merge whose common ancestor is the commit's parent, made for the purpose. */
async function pick(git: BareGit, commit: string, onto: string) {
  const [, parent] = (await git.line(["rev-list", "--parents", "--max-count=1", commit])).split(" ");
  const before = parent === undefined ? await git.line(["mktree"]) : await treeOf(git, parent);
  const root = await commitTree(git, { tree: before, parents: [], message: "base" });
  const [ours, theirs] = await Promise.all(
    [onto, commit].map(async (one) => commitTree(git, { tree: await treeOf(git, one), parents: [root], message: one })),
  );
  return mergeCommits(git, ours as string, theirs as string);
}

/** The same author, time and message on another parent. */
async function commitAgain(git: BareGit, options: { commit: string; tree: string; parent: string }): Promise<string> {
  const { bytes } = await git.run([
    "log",
    "-1",
    "--no-show-signature",
    "--format=%x00%H%x00%h%x00%at%x00%an%x00%ae%x00%B%x00",
    options.commit,
    "--",
  ]);
  const entry = parseLog(bytes.toString("utf8"))[0]?.commit;
  return commitTree(git, {
    tree: options.tree,
    parents: [options.parent],
    message: entry?.subject ?? "",
    env: {
      GIT_AUTHOR_NAME: entry?.author.trim() || "unknown",
      GIT_AUTHOR_EMAIL: entry?.email.trim() || "unknown",
      GIT_AUTHOR_DATE: `@${entry?.timestamp ?? 0} +0000`,
    },
  });
}
