/** The snapshot that lies beside the runtime's bundle: a process that has loaded it already. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const name = "runtime.snapshot";

/** What Node is told to begin with the snapshot in the folder `dir`; the bundle follows, as what the process is known by. */
export function fromSnapshot(dir: string): string[] {
  return ["--snapshot-blob", join(dir, name)];
}

/**
 * Whether this Node begins with the snapshot beside `bundle`: another version of it, or another kind of processor than that which
 * made the snapshot, refuses it. Never throws.
 */
export async function takesSnapshot(node: string, bundle: string): Promise<boolean> {
  const dir = dirname(bundle);
  if (!existsSync(join(dir, name))) {
    return false;
  }
  try {
    await promisify(execFile)(node, [...fromSnapshot(dir), bundle, "--check"], { timeout: 10_000, env: {} });
    return true;
  } catch {
    return false;
  }
}
