/** Merging two commits without a working copy, and what stands against it. */
import type { BareGit } from "../git/index.ts";

/** One side of a file in conflict. */
export interface Side {
  mode: string;
  hash: string;
}
export interface Conflict {
  path: string;
  base: Side | null;
  ours: Side | null;
  theirs: Side | null;
}
export interface Merged {
  /** The tree; where there are conflicts its files hold markers. */
  tree: string;
  conflicts: Conflict[];
}

/** Reads `merge-tree --write-tree -z --no-messages`. */
export function parseMerge(out: string): Merged {
  const [tree = "", ...lines] = out.split("\0");
  const byPath = new Map<string, Conflict>();
  for (const line of lines) {
    const match = /^(\d{6}) ([0-9a-f]+) ([123])\t([\s\S]+)$/.exec(line);
    const [, mode, hash, stage, path] = match ?? [];
    if (mode === undefined || hash === undefined || path === undefined) {
      continue;
    }
    const conflict = byPath.get(path) ?? { path, base: null, ours: null, theirs: null };
    conflict[stage === "1" ? "base" : stage === "2" ? "ours" : "theirs"] = { mode, hash };
    byPath.set(path, conflict);
  }
  return { tree, conflicts: [...byPath.values()] };
}

/** Merges `theirs` into `ours`; writes objects only. */
export async function mergeCommits(git: BareGit, ours: string, theirs: string): Promise<Merged> {
  const { bytes, code } = await git.run(
    ["merge-tree", "--write-tree", "-z", "--no-messages", "--allow-unrelated-histories", ours, theirs],
    { codes: [1] },
  );
  const merged = parseMerge(bytes.toString("utf8"));
  if (code !== 0 && merged.conflicts.length === 0) {
    throw new Error("git could not merge and named no file");
  }
  return merged;
}
