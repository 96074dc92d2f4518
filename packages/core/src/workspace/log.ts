/** Commits, and whose work each is. */
import type { Commit } from "@djinnbot/contracts";
import type { Repo, StepCommit } from "./repo.ts";

/** Fields are parted by zero bytes, which no name or subject can hold. */
const format = "%x00%H%x00%h%x00%at%x00%an%x00%ae%x00%s%x00";
const fieldsOfOne = 7;
/** A run's own commits; more are told without their step. */
const maxOwned = 5000;

export interface LogEntry {
  commit: Omit<Commit, "stepId" | "agentId">;
  /** What git printed after the commit. */
  rest: string;
}

/** Reads a log in {@link format}. */
export function parseLog(out: string): LogEntry[] {
  const parts = out.split("\0").slice(1);
  const entries: LogEntry[] = [];
  for (let at = 0; at + fieldsOfOne <= parts.length; at += fieldsOfOne) {
    const [hash, shortHash, time, author, email, subject, rest] = parts.slice(at, at + fieldsOfOne) as string[];
    entries.push({
      commit: {
        hash: hash ?? "",
        shortHash: shortHash ?? "",
        author: author ?? "",
        email: email ?? "",
        timestamp: Number(time) || 0,
        subject: subject ?? "",
      },
      rest: rest ?? "",
    });
  }
  return entries;
}

/** Reads the line of `--shortstat`. */
export function parseShortstat(text: string): { files: number; insertions: number; deletions: number } {
  const count = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
  return {
    files: count(/(\d+) files? changed/),
    insertions: count(/(\d+) insertions?\(\+\)/),
    deletions: count(/(\d+) deletions?\(-\)/),
  };
}

/** Runs `git log` with `options`, from `commit`. */
export async function readLog(
  repo: Pick<Repo, "git">,
  { options, commit, path }: { options: readonly string[]; commit: string; path?: string },
): Promise<LogEntry[]> {
  const fixed = ["--no-show-signature", "--no-color", "--no-ext-diff", "--no-textconv", `--format=${format}`];
  const where = path === undefined ? ["--"] : ["--", path];
  const { bytes } = await repo.git.run(["log", ...fixed, ...options, commit, ...where], { cut: true });
  return parseLog(bytes.toString("utf8"));
}

export type Owners = (hash: string) => { stepId: string | null; agentId: string | null };

/** Whose each commit of the run is: its step's, where a step ended, else that of the next later step. */
export async function readOwners(repo: Repo): Promise<Owners> {
  const nobody = { stepId: null, agentId: null };
  if (!repo.hasCommits || repo.base === repo.head) {
    return () => nobody;
  }
  const out = await repo.git.line([
    "rev-list",
    "--topo-order",
    "--parents",
    `--max-count=${maxOwned}`,
    repo.head,
    `^${repo.base}`,
  ]);
  const owners = ownersOf(out, repo.steps);
  return (hash) => owners.get(hash) ?? nobody;
}

/** `parents`: lines `commit parent…`, children before parents. */
export function ownersOf(parents: string, steps: readonly StepCommit[]): Map<string, Omit<StepCommit, "commitHash">> {
  // Of steps that ended on the same commit the first one made it.
  const ends = new Map(
    [...steps].reverse().map(({ commitHash, stepId, agentId }) => [commitHash, { stepId, agentId }]),
  );
  const owners = new Map<string, Omit<StepCommit, "commitHash">>();
  const rows = parents.split("\n").map((line) => line.split(" "));
  const within = new Set(rows.map(([hash]) => hash));
  for (const [hash = "", ...above] of rows) {
    const owner = ends.get(hash) ?? owners.get(hash);
    if (owner === undefined) {
      continue;
    }
    owners.set(hash, owner);
    for (const parent of above) {
      if (within.has(parent) && !owners.has(parent)) {
        owners.set(parent, owner);
      }
    }
  }
  return owners;
}

/** One commit as the contract shows it. */
export async function readCommit(repo: Repo, hash: string): Promise<Commit> {
  const [[entry], owners] = await Promise.all([
    readLog(repo, { options: ["--max-count=1"], commit: hash }),
    readOwners(repo),
  ]);
  if (!entry) {
    throw new Error("git told nothing of a commit that is there");
  }
  return { ...entry.commit, ...owners(hash) };
}
