// Finds or fetches bubblewrap, and proves that it can make a sandbox on this machine.
import { readFileSync } from "node:fs";
import { obtainDebianProgram } from "./debian.ts";
import { isRoot, type Log, run } from "./process.ts";

/** A usable program, or why agents' processes cannot be sandboxed here; `raw` is what bubblewrap itself said. */
export type Bubblewrap = { path: string; reason: null } | { path: null; reason: string; raw?: string };

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
  return { path: null, reason: "bubblewrap cannot make a sandbox here", raw: failure };
}

/** What stands in the way of user namespaces, by what the kernel says; a setting that does not exist here is not advised. */
export function sandboxRemedy({
  asRoot = isRoot,
  read = readSetting,
}: {
  asRoot?: boolean;
  read?: (file: string) => string | null;
} = {}): string {
  if (asRoot) return "let this container create namespaces (its runtime forbids it), or use Docker";
  if (read("/proc/sys/kernel/unprivileged_userns_clone") === "0")
    return "allow user namespaces: sudo sysctl -w kernel.unprivileged_userns_clone=1";
  if (read("/proc/sys/user/max_user_namespaces") === "0")
    return "allow user namespaces: sudo sysctl -w user.max_user_namespaces=15000";
  if (read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === "1")
    return "AppArmor forbids user namespaces: give bwrap an AppArmor profile, or sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
  return "a container or chroot forbids user namespaces: run outside of it, or set WORKLOAD_BACKEND=docker";
}

function readSetting(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

/** Finds or fetches bubblewrap. Never throws: without it, workloads are plain child processes, and the product says so. */
export async function ensureBubblewrap({ toolsDir, log }: { toolsDir: string; log: Log }): Promise<Bubblewrap> {
  if (process.platform !== "linux") return { path: null, reason: "bubblewrap exists on Linux only" };
  const got = await obtainDebianProgram({ packages: ["bubblewrap"], binary: "bwrap", toolsDir, log });
  if ("reason" in got) return { path: null, reason: `bubblewrap is missing: ${got.reason}` };
  return probeBubblewrap(got.path);
}
