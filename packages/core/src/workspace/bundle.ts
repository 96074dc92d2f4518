/** A run's commits as a file that git reads like a remote: for whoever has to take them where we cannot push. */
import { Fault, type InputOf, type workspaceDownloads } from "@djinnbot/contracts";
import type { Ctx } from "../ctx.ts";
import type { DownloadFile } from "../downloads.ts";
import { TenantPlaces } from "../git/index.ts";
import { guard } from "../guard.ts";
import { openRepo, type Repo, resolveCommit, startRef } from "./repo.ts";

const bounds = { timeoutMs: 1_800_000, idleMs: 60_000, maxBytes: 4 * 1024 ** 3 };
/** Packing works the machine and each holds a process, as long as its client takes to read. */
const places = new TenantPlaces(4);
/** One core and little memory for each, whatever the repository holds. */
const modest = ["-c", "pack.threads=1", "-c", "pack.windowMemory=64m", "-c", "core.bigFileThreshold=32m"];

/**
 * The run's branch since the commit that it started from, or the whole of a fresh repository. Throws NOT_FOUND for a run of
 * which nothing is kept, CONFLICT for one without commits, LIMIT when the tenant takes too many at once.
 */
export async function bundleRun({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: InputOf<typeof workspaceDownloads.bundle>;
}): Promise<DownloadFile> {
  guard(ctx, "runs:read");
  const repo = await openRepo(ctx, input.runId);
  const known = await findKnown(repo);
  const leave = places.take(ctx.tenantId);
  if (leave === null) {
    throw new Fault("LIMIT", "Other bundles of this team are still being taken. Try again when one is done.", {
      retryAfterSec: 10,
    });
  }
  const args = [...modest, "bundle", "create", "--quiet", "-", `refs/heads/${repo.branch}`, ...known];
  return {
    filename: `${input.runId}.bundle`,
    mediaType: "application/x-git-bundle",
    chunks: repo.git.stream(args, { ...bounds, onOver: leave }),
  };
}

/** What the bundle leaves out, as revisions: only what whoever reads it can have from where the run's repository is. */
async function findKnown({ git, row, branch, hasCommits, head, base }: Repo): Promise<string[]> {
  const none = new Fault("CONFLICT", "There is nothing to download: the run has no commits of its own.");
  if (!hasCommits) {
    throw none;
  }
  if (row.repository === null) {
    const start = await resolveCommit(git, startRef);
    if (start === head) {
      throw none;
    }
    return [];
  }
  // The branch itself may have been pushed, and names what is to be in the bundle.
  const remote = ["--not", `--exclude=refs/remotes/origin/${branch}`, "--glob=refs/remotes/origin", "--tags"];
  const isKnown = async (commit: string) => (await git.line(["rev-list", "--max-count=1", commit, ...remote])) === "";
  if (base !== head && (await isKnown(base))) {
    return [`^${base}`];
  }
  if (await isKnown(head)) {
    throw none;
  }
  return remote;
}
