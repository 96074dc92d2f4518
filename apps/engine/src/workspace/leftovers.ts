/** Working copies and mirrors that were being made when their engine was killed: nobody will finish or find them. */
import { glob, lstat, rm } from "node:fs/promises";
import { join } from "node:path";

/** Far longer than a clone may take: other engines may be making theirs. */
const oldMs = 3_600_000;

/** Removes what is older than an hour; answers how many. */
export async function removeLeftovers(dataDir: string): Promise<number> {
  const unfinished = ["tenants/*/workspaces/*.new", "tenants/*/runs/*/workspace.*.new"];
  let removed = 0;
  for await (const name of glob(unfinished, { cwd: dataDir })) {
    const path = join(dataDir, name);
    const info = await lstat(path).catch(() => null);
    if (info && info.mtimeMs < Date.now() - oldMs) {
      await rm(path, { recursive: true, force: true });
      removed += 1;
    }
  }
  return removed;
}
