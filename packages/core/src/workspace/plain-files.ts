/**
 * Reads the working copy of a run while an agent may be changing it. Every step down is taken relative to the opened folder before it
 * and refuses links, so that a folder swapped for a link in between leads nowhere. Git has no part in it.
 */
import { constants, type Dirent, existsSync } from "node:fs";
import { type FileHandle, lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Fault, type WorkspaceFile } from "@djinnbot/contracts";
import { assertShowable } from "./text.ts";

export const maxListed = 20_000;
const maxDepth = 64;
const folderFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY;
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const perProcess = existsSync("/proc/self/fd");

interface Folder {
  handle: FileHandle;
  /** A path that means the opened folder itself; where the system has none, its name. */
  path: string;
}

async function openFolder(path: string): Promise<Folder> {
  const handle = await open(path, folderFlags);
  return { handle, path: perProcess ? `/proc/self/fd/${handle.fd}` : path };
}

interface Listing {
  files: WorkspaceFile[];
  /** Something is missing: there are too many files, or a folder lies too deep. */
  truncated: boolean;
}

/** Files by path, without `.git`; links and special files are left out, and so is what lies deeper than anybody looks. */
export async function listPlain(root: string): Promise<Listing> {
  const listing: Listing = { files: [], truncated: false };
  await walk(root, { prefix: "", depth: 0, listing });
  listing.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return listing;
}

async function walk(path: string, at: { prefix: string; depth: number; listing: Listing }): Promise<void> {
  const { prefix, depth, listing } = at;
  if (depth > maxDepth) {
    listing.truncated = true;
    return;
  }
  // What an agent removes meanwhile is not there.
  const folder = await openFolder(path).catch(() => null);
  if (folder === null) {
    return;
  }
  try {
    for (const entry of await readdir(folder.path, { withFileTypes: true })) {
      if (listing.files.length >= maxListed) {
        listing.truncated = true;
        return;
      }
      await take(entry, join(folder.path, entry.name), { ...at, prefix: `${prefix}${entry.name}` });
    }
  } finally {
    await folder.handle.close();
  }
}

/** `prefix` is the entry's own path here. */
async function take(entry: Dirent, inside: string, at: { prefix: string; depth: number; listing: Listing }) {
  const { prefix, depth, listing } = at;
  if (entry.isDirectory()) {
    if (entry.name.toLowerCase() !== ".git") {
      await walk(inside, { prefix: `${prefix}/`, depth: depth + 1, listing });
    }
  } else if (entry.isFile()) {
    const info = await lstat(inside).catch(() => null);
    if (info?.isFile()) {
      listing.files.push({ path: prefix, size: info.size, modified: Math.floor(info.mtimeMs) });
    }
  }
}

/** Bytes of one file. FORBIDDEN on a link anywhere in the path, NOT_FOUND for what is not a file. */
export async function readPlain(root: string, path: string): Promise<Buffer> {
  const parts = path.split("/");
  const name = parts.pop() as string;
  const opened: FileHandle[] = [];
  try {
    let folder = await openFolder(root);
    opened.push(folder.handle);
    for (const part of parts) {
      folder = await openFolder(join(folder.path, part));
      opened.push(folder.handle);
    }
    const file = await open(join(folder.path, name), fileFlags);
    opened.push(file);
    return await readHandle(file);
  } catch (error) {
    throw await asFault(error, root, path);
  } finally {
    await Promise.all(opened.map((handle) => handle.close()));
  }
}

async function readHandle(file: FileHandle): Promise<Buffer> {
  const info = await file.stat();
  if (!info.isFile()) {
    throw new Fault("NOT_FOUND", "The workspace has no such file.");
  }
  // Two names of one file: the other may lie outside.
  if (info.nlink > 1) {
    throw new Fault("FORBIDDEN", "That file is a link; links are not followed.");
  }
  assertShowable(info.size);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(info.size), 0, info.size, 0);
  return buffer.subarray(0, bytesRead);
}

async function asFault(error: unknown, root: string, path: string): Promise<unknown> {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof Fault || code === undefined) {
    return error;
  }
  // A link among the folders is refused as "not a folder"; only what to say depends on this look.
  if (code === "ELOOP" || (code === "ENOTDIR" && (await hasLink(root, path)))) {
    return new Fault("FORBIDDEN", "That path leads through a link; links are not followed.");
  }
  return ["ENOENT", "ENOTDIR", "EISDIR", "ENXIO", "ENAMETOOLONG", "EACCES"].includes(code)
    ? new Fault("NOT_FOUND", "The workspace has no such file.")
    : error;
}

async function hasLink(root: string, path: string): Promise<boolean> {
  let at = root;
  for (const part of path.split("/")) {
    at = join(at, part);
    if ((await lstat(at).catch(() => null))?.isSymbolicLink()) {
      return true;
    }
  }
  return false;
}
