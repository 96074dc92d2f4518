import { createHash } from "node:crypto";
import { type contracts, Fault, type MergeState, maxShownFileBytes, PushState } from "@djinnbot/contracts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { mergeCommits } from "./conflicts.ts";
import { readCommit } from "./log.ts";
import { listPlain, readPlain } from "./plain-files.ts";
import { findPlace, isAncestor, openPlace, type Place, type Repo } from "./repo.ts";
import { listTree } from "./tree.ts";

/** Files whose size is unchanged are read to compare them; beyond this many their times have to do. */
const maxCompared = 2000;
/** Folders of things that are made, not written: nobody counts them as changes. */
const made = /(^|\/)(node_modules|\.venv|__pycache__|dist|build|target|\.next|\.cache)\//;

/** Never fails for a run without repository: says so. */
export async function readStatus({ ctx, input }: VerbArgs<(typeof contracts)["workspaces"]["status"]>) {
  guard(ctx, "runs:read");
  const place = await findPlace(ctx, input.runId);
  const repo = await openPlace(ctx, place).catch((error: unknown) => {
    if (error instanceof Fault && error.code === "NOT_FOUND") {
      return error;
    }
    throw error;
  });
  if (repo instanceof Fault) {
    return { runId: input.runId, isRepo: false, branch: null, error: repo.message };
  }
  const [counts, changes, last, merge] = await Promise.all([
    repo.target === null ? "0 0" : countApart(repo, repo.target.tip),
    findChanges(place, repo),
    readCommit(repo, repo.head),
    readMergeState(repo),
  ]);
  const [behind, ahead] = counts.split(/\s+/).map(Number);
  return {
    runId: input.runId,
    isRepo: true,
    branch: repo.branch,
    trackingBranch: repo.target?.branch ?? null,
    isClean: changes.length === 0,
    ahead: ahead ?? 0,
    behind: behind ?? 0,
    uncommittedChanges: changes.length,
    changes: changes.slice(0, 10),
    lastCommit: { hash: last.hash, shortHash: last.shortHash, timestamp: last.timestamp, subject: last.subject },
    merge,
    push: PushState.parse({ status: place.row.pushStatus, detail: place.row.pushDetail }),
    repository: place.row.repository,
  };
}

const countApart = (repo: Repo, tip: string) =>
  repo.git.line(["rev-list", "--left-right", "--count", `${tip}...${repo.head}`]);

/** Whether the branch can be merged; tries it without writing any branch. */
async function readMergeState(repo: Repo): Promise<MergeState> {
  const { target } = repo;
  if (target === null || !repo.hasCommits || repo.base === repo.head) {
    return { target: target?.branch ?? null, state: "none", conflicts: [] };
  }
  if (await isAncestor(repo.git, repo.head, target.tip)) {
    return { target: target.branch, state: "merged", conflicts: [] };
  }
  const { tree, conflicts } = await mergeCommits(repo.git, target.tip, repo.head);
  if (conflicts.length > 0) {
    return { target: target.branch, state: "conflicts", conflicts: conflicts.map(({ path }) => path) };
  }
  // Squashed or rebased: the commits differ, what they say is in.
  const state = tree === (await repo.git.line(["rev-parse", `${target.tip}^{tree}`])) ? "merged" : "clean";
  return { target: target.branch, state, conflicts: [] };
}

type Change = { status: "A" | "M" | "D"; file: string };

/**
 * The working copy against the branch. Git would have to run inside the copy to tell, so the files are compared here; ignore rules are
 * not known, and links are left out.
 */
async function findChanges({ workspace }: Place, repo: Repo): Promise<Change[]> {
  if (workspace === null) {
    return [];
  }
  const [{ files, truncated }, entries] = await Promise.all([listPlain(workspace), listTree(repo.git, repo.head)]);
  const here = new Map(files.map((file) => [file.path, file]));
  const changes: Change[] = [];
  let compared = 0;
  for (const entry of entries) {
    if (entry.type !== "blob" || entry.mode === "120000") {
      continue;
    }
    const file = here.get(entry.path);
    here.delete(entry.path);
    if (!file) {
      // What is not listed may be there all the same.
      changes.push(...(truncated ? [] : [{ status: "D" as const, file: entry.path }]));
    } else if (file.size !== entry.size) {
      changes.push({ status: "M", file: entry.path });
    } else if (file.size <= maxShownFileBytes && compared < maxCompared) {
      compared += 1;
      const bytes = await readPlain(workspace, entry.path).catch(() => null);
      if (bytes !== null && blobHash(bytes, entry.hash.length) !== entry.hash) {
        changes.push({ status: "M", file: entry.path });
      }
    }
  }
  const added = [...here.keys()].filter((path) => !made.test(path));
  return [...changes, ...added.map((file): Change => ({ status: "A", file }))];
}

/** The name git gives these bytes. */
function blobHash(bytes: Buffer, length: number): string {
  const hash = createHash(length === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
