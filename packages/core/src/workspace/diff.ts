/** What changed between two commits. */
import type { ChangedFile } from "@djinnbot/contracts";
import type { BareGit } from "../git/index.ts";

const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const maxDiffBytes = 1024 * 1024;
const options = ["diff-tree", "-r", "-M", "--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none"];
const statuses = { A: "added", D: "deleted", R: "renamed" } as const;

/** Reads `--name-status -z` and `--numstat -z` of the same comparison. */
export function parseChanges(names: string, numbers: string): ChangedFile[] {
  const counts = parseNumstat(numbers);
  const parts = names.split("\0");
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < parts.length; ) {
    const letter = (parts[at] ?? "").charAt(0);
    const moved = letter === "R" || letter === "C";
    const path = parts[at + (moved ? 2 : 1)] ?? "";
    const counted = counts.get(path) ?? { additions: 0, deletions: 0, binary: false };
    const status = statuses[letter as keyof typeof statuses] ?? "modified";
    files.push({ path, oldPath: moved ? (parts[at + 1] ?? null) : null, status, ...counted });
    at += moved ? 3 : 2;
  }
  return files;
}

type Counts = Pick<ChangedFile, "additions" | "deletions" | "binary">;

function parseNumstat(text: string): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  const parts = text.split("\0");
  for (let at = 0; at < parts.length; at += 1) {
    const match = /^(\d+|-)\t(\d+|-)\t([\s\S]*)$/.exec(parts[at] ?? "");
    if (!match) {
      continue;
    }
    // A renamed file has its two names after an empty one.
    const renamed = match[3] === "";
    const path = renamed ? (parts[at + 2] ?? "") : (match[3] ?? "");
    at += renamed ? 2 : 0;
    counts.set(path, {
      additions: Number(match[1]) || 0,
      deletions: Number(match[2]) || 0,
      binary: match[1] === "-",
    });
  }
  return counts;
}

/** The parent that a commit is compared with: the first, or nothing before a first commit. */
export async function parentOf(git: BareGit, commit: string): Promise<string> {
  const [, parent] = (await git.line(["rev-list", "--parents", "--max-count=1", commit])).split(" ");
  return parent ?? emptyTree;
}

export async function readChanges(git: BareGit, from: string, to: string): Promise<ChangedFile[]> {
  const [names, numbers] = await Promise.all(
    ["--name-status", "--numstat"].map((kind) => git.run([...options, kind, "-z", from, to], { cut: true })),
  );
  return parseChanges(names?.bytes.toString("utf8") ?? "", numbers?.bytes.toString("utf8") ?? "");
}

/** The diff as text, of `paths` only when there are any; cut at a line's end. */
export async function readPatch(
  git: BareGit,
  { from, to, paths }: { from: string; to: string; paths: readonly string[] },
): Promise<{ diff: string; truncated: boolean }> {
  const { bytes, cut } = await git.run([...options, "-p", from, to, "--", ...paths], {
    maxBytes: maxDiffBytes,
    cut: true,
  });
  const text = bytes.toString("utf8");
  return { diff: cut ? text.slice(0, text.lastIndexOf("\n") + 1) : text, truncated: cut };
}
