/** The working copy: where it stands, what changed in it, and the commit at the end of a step. */
import { lstat, mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { capture, type Shell } from "./shell.ts";

/** Hooks and file-system monitors an agent may have configured are not run on our behalf. */
const quiet = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "commit.gpgsign=false"];
const maxOutput = 2_000_000;
/** Commit the run started from; the engine has everything up to it. */
const startRef = "refs/djinnbot/base";

export interface Git {
  /** Hash of HEAD; null before the first commit, undefined when there is no repository or no git. */
  head(): Promise<string | null | undefined>;
  /** What differs from HEAD: path → a mark that changes when the file does. Empty when it cannot be told. */
  status(): Promise<Map<string, { mark: string; action: "create" | "modify" | "delete"; size: number | null }>>;
  /** Commits everything; answers why it was not possible, or null. Nothing to commit is fine. */
  commitAll(message: string): Promise<string | null>;
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
    head: async () => {
      const inside = await git(["rev-parse", "--is-inside-work-tree"]);
      if (inside.code !== 0) {
        return undefined;
      }
      const head = await git(["rev-parse", "--verify", "--quiet", "HEAD"]);
      return head.code === 0 ? head.text.trim() : null;
    },
    status: async () => {
      const result = await git(["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"]);
      const changed: Awaited<ReturnType<Git["status"]>> = new Map();
      if (result.code !== 0 || result.cut) {
        return changed;
      }
      for (const line of result.text.split("\0").filter(Boolean).slice(0, 1000)) {
        const path = line.slice(3);
        const stats = await lstat(join(workspace, path)).catch(() => null);
        const isNew = line.startsWith("??") || line.startsWith("A");
        changed.set(path, {
          mark: stats ? `${stats.mtimeMs}:${stats.size}:${stats.ino}` : "gone",
          action: stats ? (isNew ? "create" : "modify") : "delete",
          size: stats?.size ?? null,
        });
      }
      return changed;
    },
    commitAll: async (message) => {
      let add = await git(["add", "--all"]);
      if (add.code !== 0 && add.text.includes("index.lock")) {
        // Left behind by a git that was ended with its process group; nothing else works in here now.
        const lock = await git(["rev-parse", "--git-path", "index.lock"]);
        await rm(resolve(workspace, lock.text.trim()), { force: true });
        add = await git(["add", "--all"]);
      }
      if (add.code !== 0) {
        return `git add: ${reason(add)}`;
      }
      if ((await git(["diff", "--cached", "--quiet"])).code === 0) {
        return null;
      }
      const commit = await git(["commit", "--quiet", "--no-verify", "-F", "-"], message);
      return commit.code === 0 ? null : `git commit: ${reason(commit)}`;
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

function reason(end: { cause: string; text: string }): string {
  return end.cause === "exit" ? end.text.trim().slice(0, 1000) || "failed without a message" : end.cause;
}

/** Tells which files changed since the last look; for commands whose effects nobody announces. */
export async function createWatch(git: Git) {
  let before = await git.status();
  return {
    /** Changes since the last call. */
    look: async () => {
      const now = await git.status();
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
export type Watch = Awaited<ReturnType<typeof createWatch>>;
