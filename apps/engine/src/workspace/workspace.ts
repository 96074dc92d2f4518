/** What the engine needs of a run's working copy; git itself is behind this interface. */
import type { FailureCode } from "@djinnbot/contracts";

/** The run as the workspace sees it. */
export interface WorkspaceRun {
  tenantId: string;
  runId: string;
  /** The run whose repository it is when it has no address: itself, or the run it is a branch or a fork of. */
  rootRunId: string;
  /** Address or path the run was started with; null = a fresh repository. */
  repository: string | null;
  baseBranch: string | null;
  /** Commit to begin with, which the mirror has; comes before the branch. */
  baseCommit: string | null;
  task: string;
  /** True when the run begins (again) from its first step: whatever working copy is there goes. */
  fresh?: boolean;
  /** Ends git while the working copy is made or the branch is pushed. */
  signal?: AbortSignal;
}
export interface PreparedWorkspace {
  /** Working copy of the run; writable by the workload. */
  path: string;
  /** Bare mirror, readable by the workload: the working copy borrows its objects. */
  mirror: string;
  branch: string;
  /** Commit the work started from. */
  base: string;
}
export interface Collected {
  /** Head of the run's branch afterwards. */
  head: string;
  /** Subjects of the newest commits, newest first. */
  commits: string[];
}

export type Merged = { head: string | null } | { conflict: { name: string; files: string[] } };

/** Why a workspace cannot be used; the code goes onto the run. */
export class WorkspaceError extends Error {
  readonly code: FailureCode;
  constructor(code: FailureCode, message: string) {
    super(message);
    this.name = "WorkspaceError";
    this.code = code;
  }
}

export interface Workspace {
  /** Makes the working copy, or finds the one that is there (also after a crash half-way). Throws {@link WorkspaceError}. */
  prepare(run: WorkspaceRun): Promise<PreparedWorkspace>;
  /**
   * Takes the commits of a step into the mirror, so that the work outlives the working copy. They come as a bundle that the runtime
   * left in the agent's home: git never reads a repository that an agent could have rigged. Throws {@link WorkspaceError}.
   */
  collect(run: WorkspaceRun, step: { agentId: string; commitHash: string }): Promise<Collected>;
  /** Newest commit of the run's branch in the mirror; null before its first. */
  head(run: WorkspaceRun): Promise<string | null>;
  /**
   * Merges branches of other runs of the same mirror into the run's branch, one after the other, and renews its working copy. Stops
   * before the first that conflicts and names the files; nothing is changed then.
   */
  merge(run: WorkspaceRun, others: readonly { runId: string; name: string }[]): Promise<Merged>;
  /** Pushes the run's branch to where the repository came from. Never throws. */
  push(run: WorkspaceRun): Promise<{ status: "none" | "pushed" | "refused"; detail: string | null }>;
  /** Removes the working copy; the branch stays in the mirror. */
  remove(run: WorkspaceRun): Promise<void>;
}
