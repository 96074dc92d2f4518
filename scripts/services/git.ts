// Finds or fetches git.
import { type Obtained, obtainDebianProgram } from "./debian.ts";
import type { Log } from "./process.ts";

/** Git is what runs work on; fetched like the others when the machine has none. */
export async function ensureGit({ toolsDir, log }: { toolsDir: string; log: Log }): Promise<Obtained> {
  const env = (root: string) => ({
    GIT_EXEC_PATH: `${root}/usr/lib/git-core`,
    GIT_TEMPLATE_DIR: `${root}/usr/share/git-core/templates`,
  });
  return obtainDebianProgram({ packages: ["git"], binary: "git", toolsDir, log, env });
}
