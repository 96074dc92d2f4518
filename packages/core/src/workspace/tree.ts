/** Files of a commit. */
import { Fault } from "@djinnbot/contracts";
import type { BareGit } from "../git/index.ts";
import { assertShowable } from "./text.ts";

export interface TreeEntry {
  mode: string;
  type: string;
  hash: string;
  size: number;
  path: string;
}

/** Reads `ls-tree -z -l`. */
export function parseTree(out: string): TreeEntry[] {
  return out.split("\0").flatMap((line) => {
    const match = /^(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t([\s\S]+)$/.exec(line);
    const [, mode, type, hash, size, path] = match ?? [];
    return mode && type && hash && path ? [{ mode, type, hash, size: Number(size) || 0, path }] : [];
  });
}

/** All files below a commit, at most `max`; `-r` leaves folders out. */
export async function listTree(git: BareGit, commit: string): Promise<TreeEntry[]> {
  const { bytes } = await git.run(["ls-tree", "-r", "-z", "-l", "--full-tree", commit], { cut: true });
  return parseTree(bytes.toString("utf8"));
}

/** The entry at a path, or null. */
export async function findEntry(git: BareGit, commit: string, path: string): Promise<TreeEntry | null> {
  const { bytes } = await git.run(["ls-tree", "-z", "-l", "--full-tree", commit, "--", path]);
  return parseTree(bytes.toString("utf8")).find((entry) => entry.path === path) ?? null;
}

/** Bytes of a file at a commit. NOT_FOUND, FORBIDDEN for a link, TOO_LARGE. */
export async function readAtCommit(git: BareGit, commit: string, path: string): Promise<Buffer> {
  const entry = await findEntry(git, commit, path);
  if (entry === null || entry.type !== "blob") {
    throw new Fault("NOT_FOUND", "There is no such file at that commit.");
  }
  if (entry.mode === "120000") {
    throw new Fault("FORBIDDEN", "That file is a link; links are not followed.");
  }
  assertShowable(entry.size);
  return readBlob(git, entry.hash);
}

export async function readBlob(git: BareGit, hash: string): Promise<Buffer> {
  return (await git.run(["cat-file", "blob", hash])).bytes;
}
