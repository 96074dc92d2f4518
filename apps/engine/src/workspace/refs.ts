/** Questions about commits of a mirror. */
import { type Git, GitError } from "@djinnbot/core/git";

/** The commit that a reference or an id names; null when there is none. */
export async function resolveCommit(git: Git, mirror: string, ref: string): Promise<string | null> {
  return git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`], { cwd: mirror }).catch(
    () => null,
  );
}

export async function isAncestor(git: Git, mirror: string, older: string, newer: string): Promise<boolean> {
  return git(["merge-base", "--is-ancestor", older, newer], { cwd: mirror }).then(
    () => true,
    () => false,
  );
}

/** What git said, or what kept it from saying something. */
export function detailOf(error: unknown): string {
  return error instanceof GitError ? error.detail : (error as Error).message;
}
