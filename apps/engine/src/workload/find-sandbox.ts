/** Finds out whether bubblewrap can make a sandbox here, and of which kind. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

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

export type Sandbox = { path: string; userNamespace: boolean } | { path: null; reason: string };

/** Tries the program at `path`: with a user namespace if the kernel allows one, else (root only) without. Never throws. */
export async function findSandbox(path: string | undefined): Promise<Sandbox> {
  if (path === undefined) {
    return { path: null, reason: "BWRAP_PATH is not set" };
  }
  let reason = "";
  for (const userNamespace of [true, false]) {
    try {
      await ask(path, [...(userNamespace ? user : []), ...plain, "true"], { timeout: 10_000, env: {} });
      return { path, userNamespace };
    } catch (error) {
      reason ||= (error as Error).message.trim().split("\n").at(-1) ?? "it failed";
    }
  }
  return { path: null, reason };
}
