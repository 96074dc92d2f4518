/** Whose files a container works on: it runs as their owner, and never as root. */
import { lchown, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { WorkloadSpec } from "./workload.ts";

/** Used when the engine runs as root and its files are root's. */
const unprivileged = 10_001;

/** `uid:gid` for the container. Root's files in writable mounts are handed over first (links themselves, never their targets). */
export async function ownerOf(spec: WorkloadSpec): Promise<string> {
  const writable = spec.mounts.filter(({ access }) => access === "write").map(({ path }) => path);
  let owner = `${unprivileged}:${unprivileged}`;
  for (const path of writable) {
    const { uid, gid } = await stat(path);
    if (uid === 0) {
      await handOver(path);
    } else {
      owner = `${uid}:${gid}`;
    }
  }
  return owner;
}

async function handOver(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    await (entry.isDirectory() ? handOver(child) : lchown(child, unprivileged, unprivileged));
  }
  // The folder last: a hand-over that was interrupted is done again.
  await lchown(path, unprivileged, unprivileged);
}
