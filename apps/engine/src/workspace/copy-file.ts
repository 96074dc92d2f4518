/** Taking a file from where an agent can write. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { WorkspaceError } from "./workspace.ts";

const maxBundleBytes = 2 * 1024 * 1024 * 1024;

/** Copies without following a symlink at the end of the path: the file lies where an agent can write. */
export async function copyRegularFile(from: string, to: string): Promise<void> {
  const source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const info = await source.stat();
    if (!info.isFile() || info.nlink > 1 || info.size > maxBundleBytes) {
      throw new WorkspaceError("WORKSPACE_FAILED", "The step's commits are not a plain file of acceptable size.");
    }
    const target = await open(to, "w", 0o600);
    try {
      for await (const chunk of source.createReadStream({ autoClose: false })) {
        await target.write(chunk as Buffer);
      }
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
