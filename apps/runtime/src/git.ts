/** The working copy: where it stands, what changed in it, and the commit at the end of a step. */
import { lstat, mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { capture, type Shell } from "./shell.ts";

/** Hooks and file-system monitors an agent may have configured are not run on our behalf. */
const quiet = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "commit.gpgsign=false"];
const maxOutput = 2_000_000;
/** Commit the run started from; the engine has everything up to it. */
const startRef = "refs/djinnbot/base";

type Changed = Map<string, { mark: string; action: "create" | "modify" | "delete"; size: number | null }>;
export interface Look {
  /** Hash of HEAD; null before the first commit. */
  head: string | null;
  /** What differs from HEAD: path → a mark that changes when the file does. Empty when there is too much to tell. */
  changed: Changed;
  /** True when nothing differs from HEAD. */
  isClean: boolean;
}

export interface Git {
  /** Where the working copy stands, by one call of git; undefined when there is no repository or no git. */
  look(): Promise<Look | undefined>;
  /**
   * Commits everything; `problem` is why it was not possible. Nothing to commit is fine. Names that git keeps for itself on other
   * systems (`.GIT/config`) cannot be committed: they stay in the working copy and are in `left`.
   */
  commitAll(message: string): Promise<{ problem: string | null; left: string[] }>;
  /**
   * Leaves the run's commits up to `head` as a bundle in `folder`: that is how they get out of the sandbox, because nobody outside may
   * trust this repository's configuration. Answers why it was not possible, or null.
   */
  bundle(head: string, folder: string): Promise<string | null>;
}

export function openGit(options: { shell: Shell; workspace: string; signal: AbortSignal }): Git {
  const { shell, workspace, signal } = options;
  const git = (args: readonly string[], stdin?: string) =>
    capture(shell, {
      file: "git",
      args: [...quiet, ...args],
      signal,
      timeout: 120,
      max: maxOutput,
      env: { GIT_CEILING_DIRECTORIES: dirname(resolve(workspace)), GIT_OPTIONAL_LOCKS: "0" },
      ...(stdin === undefined ? {} : { stdin }),
    });

  return {
    look: async () => {
      const result = await git(["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--no-renames"]);
      if (result.code !== 0) {
        return undefined;
      }
      const lines = result.text.split("\0").filter(Boolean);
      const oid = lines.find((line) => line.startsWith(oidHeader))?.slice(oidHeader.length);
      const files = lines.filter((line) => !line.startsWith("#"));
      return {
        head: oid === undefined || oid === "(initial)" ? null : oid,
        changed: result.cut ? new Map() : await readChanges(workspace, files.slice(0, 1000)),
        isClean: files.length === 0,
      };
    },
    commitAll: async (message) => {
      let add = await git(["add", "--all"]);
      if (add.code !== 0 && add.text.includes("index.lock")) {
        // Left behind by a git that was ended with its process group; nothing else works in here now.
        const lock = await git(["rev-parse", "--git-path", "index.lock"]);
        await rm(resolve(workspace, lock.text.trim()), { force: true });
        add = await git(["add", "--all"]);
      }
      if (add.code !== 0 && refusedName.test(add.text)) {
        add = await git(["add", "--all", "--ignore-errors"]);
      }
      const left = refusedNames(add.text);
      // It ends with 1 when it has added everything else.
      const isRest = add.code === 1 && left.length > 0 && !add.cut;
      if (add.code !== 0 && !isRest) {
        return { problem: `git add: ${reason(add)}`, left: [] };
      }
      if ((await git(["diff", "--cached", "--quiet"])).code === 0) {
        return { problem: null, left };
      }
      const commit = await git(["commit", "--quiet", "--no-verify", "-F", "-"], message);
      return { problem: commit.code === 0 ? null : `git commit: ${reason(commit)}`, left };
    },
    bundle: async (head, folder) => {
      await mkdir(folder, { recursive: true });
      const file = join(folder, `${head}.bundle`);
      const made = await git(["bundle", "create", "--quiet", file, "HEAD", `^${startRef}`]);
      // Without the reference (an agent may have removed it), or back at the start: the whole history then.
      const whole = made.code === 0 ? made : await git(["bundle", "create", "--quiet", file, "HEAD"]);
      return whole.code === 0 ? null : `git bundle: ${reason(whole)}`;
    },
  };
}

const refusedName = /^error: invalid path '(.+)'$/m;
/** What follows such a line, and how git ends then. */
const itsEcho = /^(error: unable to add '.+' to index|fatal: adding files failed|warning: .*|hint: .*|)$/;

/** The names that git did not take; none when it complained of anything else, too. */
function refusedNames(text: string): string[] {
  const names = new Set<string>();
  for (const line of text.split("\n")) {
    const name = refusedName.exec(line)?.[1];
    if (name !== undefined) {
      names.add(name);
    } else if (!itsEcho.test(line)) {
      return [];
    }
  }
  return [...names];
}

const oidHeader = "# branch.oid ";
/** Fields before the path, by the kind of line that `git status --porcelain=v2` writes: ordinary, unmerged, untracked. */
const fieldsBefore: Record<string, number> = { "1": 8, u: 10, "?": 1 };

async function readChanges(workspace: string, lines: readonly string[]): Promise<Changed> {
  const changed: Changed = new Map();
  for (const line of lines) {
    const [kind = "", state = ""] = line.split(" ", 2);
    const path = line
      .split(" ")
      .slice(fieldsBefore[kind] ?? 1)
      .join(" ");
    const stats = await lstat(join(workspace, path)).catch(() => null);
    const isNew = kind === "?" || state.startsWith("A");
    changed.set(path, {
      mark: stats ? `${stats.mtimeMs}:${stats.size}:${stats.ino}` : "gone",
      action: stats ? (isNew ? "create" : "modify") : "delete",
      size: stats?.size ?? null,
    });
  }
  return changed;
}

function reason(end: { cause: string; text: string }): string {
  return end.cause === "exit" ? end.text.trim().slice(0, 1000) || "failed without a message" : end.cause;
}

/** Tells which files changed since the last look; for commands whose effects nobody announces. */
export function createWatch(git: Git, first: Look | undefined) {
  let before = first?.changed ?? new Map();
  return {
    /** Changes since the last call. */
    look: async () => {
      const now = (await git.look())?.changed ?? new Map();
      const changes: { path: string; action: "create" | "modify" | "delete"; size: number | null }[] = [];
      for (const [path, file] of now) {
        if (before.get(path)?.mark !== file.mark) {
          changes.push({
            path,
            action: before.has(path) && file.action === "create" ? "modify" : file.action,
            size: file.size,
          });
        }
      }
      before = now;
      return changes;
    },
  };
}
export type Watch = ReturnType<typeof createWatch>;
