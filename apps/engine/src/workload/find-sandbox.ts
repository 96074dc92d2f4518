/** Finds out whether bubblewrap can make a sandbox here, and of which kind. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { filterArgs, withFilter } from "./seccomp.ts";

const ask = promisify(execFile);
const plain = [
  "--ro-bind",
  "/",
  "/",
  "--proc",
  "/proc",
  "--dev",
  "/dev",
  "--unshare-net",
  "--unshare-pid",
  "--unshare-ipc",
  "--cap-drop",
  "ALL",
];
const user = ["--unshare-user", "--uid", "1000", "--gid", "1000", "--disable-userns"];

export type Sandbox =
  | { path: string; userNamespace: boolean /** File of the filter that it takes. */; filter: string | null }
  | { path: null; reason: string };

/**
 * Tries the program at `path`: with a user namespace if the kernel allows one, else (root only) without; with the filter of system
 * calls in the file `filter` if the kernel knows filters. Never throws.
 */
export async function findSandbox(path: string | undefined, filter: string | null = null): Promise<Sandbox> {
  if (path === undefined) {
    return { path: null, reason: "BWRAP_PATH is not set" };
  }
  let reason = "";
  for (const chosen of filter === null ? [null] : [filter, null]) {
    for (const userNamespace of [true, false]) {
      const [program = "", ...args] = [
        ...(chosen === null ? [path] : [...withFilter(chosen), path, ...filterArgs]),
        ...(userNamespace ? user : []),
        ...[...plain, "true"],
      ];
      try {
        await ask(program, args, { timeout: 10_000, env: {} });
        return { path, userNamespace, filter: chosen };
      } catch (error) {
        reason ||= (error as Error).message.trim().split("\n").at(-1) ?? "it failed";
      }
    }
  }
  return { path: null, reason };
}
