/** Workspaces: the files and the git history of a run, and merging its branch (engine-svc). */
import { z } from "zod";
import { contract, download } from "./contract.ts";
import { EpochMs, RunId } from "./id.ts";
import { PushState } from "./run-shape.ts";

/** Larger files are not shown. */
export const maxShownFileBytes = 1024 * 1024;

const FilePath = z.string().min(1).max(4096);
/** Full or abbreviated; checked by the operation, so that a wrong one is a bad request. */
const CommitHash = z.string().min(1).max(200);

/** Where what is shown comes from: the working copy of a run that is open, or the last commit of its branch. */
export const WorkspaceSource = z.enum(["workspace", "branch"]);
export const WorkspaceFile = z.object({ path: z.string(), size: z.int(), modified: EpochMs });
export type WorkspaceFile = z.infer<typeof WorkspaceFile>;

export const Commit = z.object({
  hash: z.string(),
  shortHash: z.string(),
  author: z.string(),
  email: z.string(),
  /** Epoch seconds, as git keeps it. */
  timestamp: z.int(),
  subject: z.string(),
  /** Step and agent whose work it is; null for what was there before the run. */
  stepId: z.string().nullable(),
  agentId: z.string().nullable(),
});
export type Commit = z.infer<typeof Commit>;

export const ChangedFile = z.object({
  path: z.string(),
  /** The name before a rename. */
  oldPath: z.string().nullable(),
  status: z.enum(["added", "modified", "deleted", "renamed"]),
  additions: z.int(),
  deletions: z.int(),
  binary: z.boolean(),
});
export type ChangedFile = z.infer<typeof ChangedFile>;

export const MergeState = z.object({
  /** Branch that the run started from; null when it started from a tag, or when there is nothing to merge into. */
  target: z.string().nullable(),
  state: z.enum(["none", "merged", "clean", "conflicts"]),
  /** Files that need a decision. */
  conflicts: z.array(z.string()),
});
export type MergeState = z.infer<typeof MergeState>;

const base = { service: "engine-svc" } as const;
const ref = { runId: RunId };
const Limit = (standard: number) => z.coerce.number().int().min(1).max(200).default(standard);

export const workspaces = {
  list: contract({
    ...base,
    method: "GET",
    path: "/v1/workspaces/{runId}",
    scope: "runs:read",
    summary: "Files of a run, by path",
    input: z.object(ref),
    output: z.object({
      runId: RunId,
      files: z.array(WorkspaceFile),
      source: WorkspaceSource,
      /** More files than are listed. */
      truncated: z.boolean(),
    }),
    faults: ["NOT_FOUND"],
  }),
  file: contract({
    ...base,
    method: "GET",
    path: "/v1/workspaces/{runId}/{path}",
    deep: true,
    scope: "runs:read",
    summary: "Text of a file as it is now",
    input: z.object({ ...ref, path: FilePath }),
    output: z.object({ path: z.string(), content: z.string(), size: z.int(), source: WorkspaceSource }),
    faults: ["NOT_FOUND", "TOO_LARGE", "UNSUPPORTED"],
  }),
  history: contract({
    ...base,
    method: "GET",
    path: "/v1/workspaces/{runId}/git/history",
    scope: "runs:read",
    summary: "Commits of the run's branch, newest first",
    input: z.object({ ...ref, limit: Limit(50), offset: z.coerce.number().int().min(0).max(1_000_000).default(0) }),
    output: z.object({
      runId: RunId,
      commits: z.array(Commit.extend({ stats: z.object({ files: z.int(), insertions: z.int(), deletions: z.int() }) })),
      /** Length of this page. */
      total: z.int(),
      hasMore: z.boolean(),
    }),
    faults: ["NOT_FOUND"],
  }),
  status: contract({
    ...base,
    method: "GET",
    path: "/v1/workspaces/{runId}/git/status",
    scope: "runs:read",
    summary: "The run's branch against the one it started from, what is not committed yet, and whether it merges",
    input: z.object(ref),
    output: z.object({
      runId: RunId,
      isRepo: z.boolean(),
      branch: z.string().nullable(),
      error: z.string().optional(),
      trackingBranch: z.string().nullable().optional(),
      isClean: z.boolean().optional(),
      ahead: z.int().optional(),
      behind: z.int().optional(),
      uncommittedChanges: z.int().optional(),
      /** The first ten. */
      changes: z.array(z.object({ status: z.enum(["A", "M", "D"]), file: z.string() })).optional(),
      lastCommit: z
        .object({ hash: z.string(), shortHash: z.string(), timestamp: z.int(), subject: z.string() })
        .nullable()
        .optional(),
      merge: MergeState.optional(),
      push: PushState.optional(),
      repository: z.string().nullable().optional(),
    }),
    faults: ["NOT_FOUND"],
  }),
  diff: contract({
    ...base,
    method: "GET",
    path: "/v1/workspaces/{runId}/git/diff/{commitHash}",
    scope: "runs:read",
    summary: "What a commit changed",
    input: z.object({
      ...ref,
      commitHash: CommitHash,
      /** Left out: the commit's parent. */
      from: CommitHash.optional(),
      /** `step`: everything of the step that ended on this commit. */
      span: z.enum(["commit", "step"]).default("commit"),
      /** Only this file: for what a large diff leaves out. */
      path: FilePath.optional(),
    }),
    output: z.object({
      commit: Commit,
      files: z.array(ChangedFile),
      diff: z.string(),
      /** `diff` ends early; ask file by file. */
      truncated: z.boolean(),
    }),
    faults: ["NOT_FOUND", "BAD_REQUEST"],
  }),
  show: contract({
    ...base,
    method: "GET",
    path: "/v1/workspaces/{runId}/git/show/{commitHash}/{filePath}",
    deep: true,
    scope: "runs:read",
    summary: "Text of a file at a commit",
    input: z.object({ ...ref, commitHash: CommitHash, filePath: FilePath }),
    output: z.object({
      runId: RunId,
      path: z.string(),
      commit: Commit,
      content: z.string(),
      size: z.int(),
      /** Guessed from the name. */
      language: z.string(),
    }),
    faults: ["NOT_FOUND", "BAD_REQUEST", "TOO_LARGE", "UNSUPPORTED"],
  }),
  fileHistory: contract({
    ...base,
    method: "GET",
    path: "/v1/workspaces/{runId}/git/file-history/{filePath}",
    deep: true,
    scope: "runs:read",
    summary: "Commits that changed a file, across renames, newest first",
    input: z.object({ ...ref, filePath: FilePath, limit: Limit(20) }),
    output: z.object({ runId: RunId, path: z.string(), commits: z.array(Commit), total: z.int() }),
    faults: ["NOT_FOUND"],
  }),
  conflicts: contract({
    ...base,
    method: "GET",
    path: "/v1/workspaces/{runId}/conflicts/{file}",
    deep: true,
    scope: "runs:read",
    wire: "camel",
    summary:
      "The three sides of a file that does not merge by itself; ours is the branch merged into, theirs the run's",
    input: z.object({ ...ref, file: FilePath }),
    output: z.object({
      file: z.string(),
      /** Null: the side does not have the file, or it is not text. */
      oursContent: z.string().nullable(),
      theirsContent: z.string().nullable(),
      baseContent: z.string().nullable(),
      /** What git would write, with its markers; empty when not text. */
      conflictMarkers: z.string(),
      binary: z.boolean(),
      /** Sides that have the file. */
      sides: z.array(z.enum(["base", "ours", "theirs"])),
    }),
    faults: ["NOT_FOUND", "TOO_LARGE"],
  }),
  merge: contract({
    ...base,
    method: "POST",
    path: "/v1/workspaces/{runId}/merge",
    aliases: ["/v1/workspaces/{runId}/git/merge"],
    scope: "runs:write",
    summary: "Merge the run's branch into the branch it started from. Further fields `path: text` count as resolutions",
    input: z.looseObject({
      ...ref,
      /** `ours` and `theirs` merge and decide every conflict for that side. */
      strategy: z.enum(["merge", "squash", "rebase", "ours", "theirs"]).default("merge"),
      resolveAll: z.boolean().optional(),
      /** The text of a conflicting file; null removes it. */
      resolutions: z.record(FilePath, z.string().max(maxShownFileBytes).nullable()).optional(),
      /** A side instead of a text. */
      choices: z.record(FilePath, z.enum(["ours", "theirs"])).optional(),
      /** The commit of the run's branch that was looked at; CONFLICT when the branch has moved on. */
      expectedHead: CommitHash.optional(),
      /** Push the branch merged into to where the repository came from. */
      push: z.boolean().default(false),
    }),
    output: z.object({
      success: z.boolean(),
      commitHash: z.string().optional(),
      /** Files that need a decision; nothing was merged. */
      conflicts: z.array(z.string()).optional(),
      error: z.string().optional(),
      target: z.string(),
      alreadyMerged: z.boolean(),
      /** Of the branch merged into: `none` means it is merged here only. */
      push: PushState,
    }),
    faults: ["NOT_FOUND", "BAD_REQUEST", "CONFLICT"],
  }),
};

/** Files out of workspaces. */
export const workspaceDownloads = {
  bundle: download({
    ...base,
    path: "/v1/workspaces/{runId}/git/bundle",
    scope: "runs:read",
    summary:
      "The run's commits as a git bundle: its branch since the commit that it started from, or all of a fresh repository. `git fetch` reads it like a remote",
    input: z.object(ref),
    mediaTypes: ["application/x-git-bundle"],
    faults: ["NOT_FOUND", "CONFLICT"],
  }),
};
