/** The snapshot that lies beside the runtime's bundle: a process that has loaded it already. */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Log } from "@djinnbot/config";

const name = "runtime.snapshot";

/** What Node is told to begin with the snapshot in the folder `dir`; the bundle follows, as what the process is known by. */
export function fromSnapshot(dir: string): string[] {
  return ["--snapshot-blob", join(dir, name)];
}

/**
 * Whether this Node begins with the snapshot beside `bundle`: another version refuses it, and a damaged file ends it. Asked before every
 * start, tried again when a file of the two has changed: the runtime may be built anew, or Node be updated, while an engine runs.
 */
export function snapshotCheck(options: {
  node: string;
  bundle: string;
  log: Pick<Log, "warn">;
}): () => Promise<boolean> {
  const { node, bundle, log } = options;
  const dir = dirname(bundle);
  let tried: { key: string; takes: Promise<boolean> } | undefined;
  return async () => {
    const key = await keyOf([node, join(dir, name)]);
    if (key === null) {
      return false;
    }
    if (tried?.key !== key) {
      tried = { key, takes: tryOut() };
    }
    return tried.takes;
  };

  async function tryOut(): Promise<boolean> {
    try {
      await promisify(execFile)(node, [...fromSnapshot(dir), bundle, "--check"], { timeout: 10_000, env: {} });
      return true;
    } catch (error) {
      const reason = (error as Error).message.trim().split("\n").at(-1);
      log.warn({ reason }, "runtimes start without their snapshot, somewhat later");
      return false;
    }
  }
}

/** Changes when one of the files does; null when one is not there. */
async function keyOf(files: readonly string[]): Promise<string | null> {
  try {
    const stats = await Promise.all(files.map((file) => stat(file)));
    return stats.map(({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`).join();
  } catch {
    return null;
  }
}
