// Finds or fetches bubblewrap, and proves that it can make a sandbox on this machine.
import { obtainDebianProgram } from "./debian.ts";
import { isRoot, type Log, run } from "./process.ts";

/** A usable program, or why agents' processes cannot be sandboxed here. */
export type Bubblewrap = { path: string; reason: null } | { path: null; reason: string };

const probe = [
  "--ro-bind",
  "/",
  "/",
  "--dev",
  "/dev",
  "--proc",
  "/proc",
  "--unshare-pid",
  "--unshare-ipc",
  "--unshare-uts",
  "--die-with-parent",
];

/** Checks the bubblewrap at hand without fetching one. */
export async function probeBubblewrap(path: string): Promise<Bubblewrap> {
  // Root needs no user namespace; anybody else gets one or nothing.
  const variants = isRoot ? [[], ["--unshare-user"]] : [["--unshare-user"]];
  let failure = "";
  for (const extra of variants) {
    const result = await run(path, [...probe, ...extra, "true"], { timeoutMs: 10_000 });
    if (result.code === 0) return { path, reason: null };
    failure = result.stderr.trim().split("\n").at(-1) ?? `exit code ${result.code}`;
  }
  return { path: null, reason: `bubblewrap cannot make a sandbox here (${failure})` };
}

/** Finds or fetches bubblewrap. Never throws: without it, workloads are plain child processes, and the product says so. */
export async function ensureBubblewrap({ toolsDir, log }: { toolsDir: string; log: Log }): Promise<Bubblewrap> {
  if (process.platform !== "linux") return { path: null, reason: "bubblewrap exists on Linux only" };
  const got = await obtainDebianProgram({ packages: ["bubblewrap"], binary: "bwrap", toolsDir, log });
  if ("reason" in got) return { path: null, reason: `bubblewrap is missing: ${got.reason}` };
  return probeBubblewrap(got.path);
}
