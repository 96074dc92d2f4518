/** The branch of a run in its mirror: where its commits are gathered, and from where they go back. */
import { existsSync } from "node:fs";
import type { Git } from "@djinnbot/core/git";
import { detailOf, resolveCommit } from "./refs.ts";
import type { WorkspaceRun } from "./workspace.ts";

interface Place {
  mirror: string;
  branch: string;
}

/** A run that begins again begins its branch anew. The commits of its earlier life stay for those who look at its steps. */
export async function setAside(git: Git, { mirror, branch }: Place): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const earlier = await resolveCommit(git, mirror, ref);
  if (earlier !== null) {
    await git(["update-ref", `refs/djinnbot/earlier/${earlier}`, earlier], { cwd: mirror });
    await git(["update-ref", "-d", ref, earlier], { cwd: mirror });
  }
}

/** Pushes it to where the repository came from; `none` where there is nothing to push. Never throws. */
export async function pushBranch(
  git: Git,
  { repository }: Pick<WorkspaceRun, "repository">,
  { mirror, branch, silenceMs, timeoutMs }: Place & { silenceMs: number; timeoutMs: number },
): Promise<{ status: "none" | "pushed" | "refused"; detail: string | null }> {
  if (repository === null) {
    return { status: "none", detail: null };
  }
  const ref = `refs/heads/${branch}`;
  try {
    if (!existsSync(mirror) || (await resolveCommit(git, mirror, ref)) === null) {
      return { status: "none", detail: "The run made no commit." };
    }
    const args = ["push", "--progress", "--no-verify", "--force", "origin", `${ref}:${ref}`];
    await git(args, { cwd: mirror, timeoutMs, silenceMs });
    return { status: "pushed", detail: null };
  } catch (error) {
    return { status: "refused", detail: detailOf(error) };
  }
}
