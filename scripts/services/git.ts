// Finds or installs git.
import { type Obtained, obtainDebianProgram } from "./debian.ts";
import type { Log } from "./process.ts";

/** Git is what runs work on. Only where the whole system has it: sandboxes show the system's programs, and the engine calls that one. */
export async function ensureGit({ toolsDir, log }: { toolsDir: string; log: Log }): Promise<Obtained> {
  return obtainDebianProgram({ packages: ["git"], binary: "git", toolsDir, log, systemOnly: true });
}
