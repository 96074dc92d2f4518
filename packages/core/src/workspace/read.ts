import { type contracts, Fault } from "@djinnbot/contracts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { conflictOrFault, readSide, type SideText } from "./conflict-sides.ts";
import { parentOf, readChanges, readPatch } from "./diff.ts";
import { checkPath, languageOf } from "./file-path.ts";
import { parseShortstat, readCommit, readLog, readOwners } from "./log.ts";
import { listPlain, maxListed, readPlain } from "./plain-files.ts";
import { commitOrFault, findPlace, isAncestor, openPlace, openRepo, type Repo } from "./repo.ts";
import { textOrFault } from "./text.ts";
import { listTree, readAtCommit } from "./tree.ts";

type Workspaces = (typeof contracts)["workspaces"];

/** Files as they are: of the working copy while the run is open, else of its branch. Links are left out. */
export async function listFiles({ ctx, input }: VerbArgs<Workspaces["list"]>) {
  guard(ctx, "runs:read");
  const place = await findPlace(ctx, input.runId);
  if (place.workspace !== null) {
    return { runId: input.runId, source: "workspace" as const, ...(await listPlain(place.workspace)) };
  }
  const repo = await openPlace(ctx, place);
  const [entries, commit] = await Promise.all([listTree(repo.git, repo.head), readCommit(repo, repo.head)]);
  const files = entries.filter(({ type, mode }) => type === "blob" && mode !== "120000");
  return {
    runId: input.runId,
    source: "branch" as const,
    files: files
      .slice(0, maxListed)
      .map(({ path, size }) => ({ path, size, modified: commit.timestamp * 1000 }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    truncated: files.length > maxListed,
  };
}

/** Text of one file, from where the list is from. */
export async function readFile({ ctx, input }: VerbArgs<Workspaces["file"]>) {
  guard(ctx, "runs:read");
  const place = await findPlace(ctx, input.runId);
  const path = checkPath(input.path);
  if (place.workspace !== null) {
    const bytes = await readPlain(place.workspace, path);
    return { path, content: textOrFault(bytes), size: bytes.length, source: "workspace" as const };
  }
  const repo = await openPlace(ctx, place);
  const bytes = await readAtCommit(repo.git, repo.head, path);
  return { path, content: textOrFault(bytes), size: bytes.length, source: "branch" as const };
}

/** Commits of the branch, newest first, those from before the run last. */
export async function readHistory({ ctx, input }: VerbArgs<Workspaces["history"]>) {
  guard(ctx, "runs:read");
  const repo = await openRepo(ctx, input.runId);
  const options = [
    "--topo-order",
    "--shortstat",
    "--diff-merges=first-parent",
    `--max-count=${input.limit + 1}`,
    `--skip=${input.offset}`,
  ];
  const [entries, owners] = await Promise.all([readLog(repo, { options, commit: repo.head }), readOwners(repo)]);
  const commits = entries
    .slice(0, input.limit)
    .map(({ commit, rest }) => ({ ...commit, ...owners(commit.hash), stats: parseShortstat(rest) }));
  return { runId: input.runId, commits, total: commits.length, hasMore: entries.length > input.limit };
}

/** A commit against its parent, or against `from`. */
export async function readDiff({ ctx, input }: VerbArgs<Workspaces["diff"]>) {
  guard(ctx, "runs:read");
  const repo = await openRepo(ctx, input.runId);
  const to = await commitOrFault(repo.git, input.commitHash);
  const from =
    input.from === undefined ? await startOfDiff(repo, to, input.span) : await commitOrFault(repo.git, input.from);
  const wanted = input.path === undefined ? null : checkPath(input.path);
  const [commit, all] = await Promise.all([readCommit(repo, to), readChanges(repo.git, from, to)]);
  const files = wanted === null ? all : all.filter(({ path }) => path === wanted);
  if (wanted !== null && files.length === 0) {
    throw new Fault("NOT_FOUND", "The commit does not change that file.");
  }
  // Both names of a renamed file, or git would see a new one.
  const paths = wanted === null ? [] : files.flatMap(({ path, oldPath }) => [path, ...(oldPath ? [oldPath] : [])]);
  return { commit, files, ...(await readPatch(repo.git, { from, to, paths })) };
}

async function startOfDiff(repo: Repo, to: string, span: "commit" | "step"): Promise<string> {
  const at = repo.steps.findIndex(({ commitHash }) => commitHash === to);
  if (span === "commit" || at === -1 || to === repo.base) {
    return parentOf(repo.git, to);
  }
  for (const { commitHash } of repo.steps.slice(0, at).reverse()) {
    if (commitHash !== to && (await isAncestor(repo.git, commitHash, to).catch(() => false))) {
      return commitHash;
    }
  }
  return (await isAncestor(repo.git, repo.base, to)) ? repo.base : parentOf(repo.git, to);
}

/** Text of a file at a commit. */
export async function showFile({ ctx, input }: VerbArgs<Workspaces["show"]>) {
  guard(ctx, "runs:read");
  const repo = await openRepo(ctx, input.runId);
  const path = checkPath(input.filePath);
  const hash = await commitOrFault(repo.git, input.commitHash);
  const [bytes, commit] = await Promise.all([readAtCommit(repo.git, hash, path), readCommit(repo, hash)]);
  const content = textOrFault(bytes);
  return { runId: input.runId, path, commit, content, size: bytes.length, language: languageOf(path) };
}

/** Commits that changed a file; NOT_FOUND when none did. */
export async function readFileHistory({ ctx, input }: VerbArgs<Workspaces["fileHistory"]>) {
  guard(ctx, "runs:read");
  const repo = await openRepo(ctx, input.runId);
  const path = checkPath(input.filePath);
  const options = ["--follow", "--no-patch", `--max-count=${input.limit}`];
  const [entries, owners] = await Promise.all([readLog(repo, { options, commit: repo.head, path }), readOwners(repo)]);
  if (entries.length === 0) {
    throw new Fault("NOT_FOUND", "No commit of the run's branch has that file.");
  }
  const commits = entries.map(({ commit }) => ({ ...commit, ...owners(commit.hash) }));
  return { runId: input.runId, path, commits, total: commits.length };
}

/** The sides of one file that does not merge by itself; NOT_FOUND for one that does. */
export async function readConflict({ ctx, input }: VerbArgs<Workspaces["conflicts"]>) {
  guard(ctx, "runs:read");
  const repo = await openRepo(ctx, input.runId);
  const file = checkPath(input.file);
  const { conflict, markers } = await conflictOrFault(repo, file);
  const [base, ours, theirs] = await Promise.all([
    readSide(repo.git, conflict.base),
    readSide(repo.git, conflict.ours),
    readSide(repo.git, conflict.theirs),
  ]);
  const binary = base.binary || ours.binary || theirs.binary;
  const shown = (side: SideText) => (binary ? null : side.text);
  return {
    file,
    baseContent: shown(base),
    oursContent: shown(ours),
    theirsContent: shown(theirs),
    conflictMarkers: binary ? "" : markers,
    binary,
    sides: (["base", "ours", "theirs"] as const).filter((name) => conflict[name] !== null),
  };
}
