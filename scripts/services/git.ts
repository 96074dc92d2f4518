// Finds or fetches git, and looks for ripgrep.
import { type Obtained, obtainDebianProgram } from "./debian.ts";
import { type Log, which } from "./process.ts";

/** Git is what runs work on; fetched like the others when the machine has none. */
export async function ensureGit({ toolsDir, log }: { toolsDir: string; log: Log }): Promise<Obtained> {
  const env = (root: string) => ({
    GIT_EXEC_PATH: `${root}/usr/lib/git-core`,
    GIT_TEMPLATE_DIR: `${root}/usr/share/git-core/templates`,
  });
  return obtainDebianProgram({ packages: ["git"], binary: "git", toolsDir, log, env });
}

/** Ripgrep makes the agents' search faster; nothing depends on it, so it is only looked for. */
export function findRipgrep(): string | null {
  return which("rg");
}
