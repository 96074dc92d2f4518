/** Files of the workspace as tools may touch them: nothing outside, nothing through a link that leads outside. */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, isAbsolute, relative, sep } from "node:path";
import { resolveInside } from "@djinnbot/config";
import { spillDir } from "./spill.ts";

/** A sentence for the model; the tool answers with it. */
export class PathRefused extends Error {}

/** Larger files are read with bash (head, sed): a tool result could not hold them anyway. */
const maxFileBytes = 20_000_000;

const outside = (path: string) => new PathRefused(`${path} is outside the workspace; only paths in it can be used.`);

/** Real path inside the workspace, or (for reading) inside the folder of spilled tool results. Throws PathRefused. */
export async function readablePath(path: string, places: { workspace: string; home: string }): Promise<string> {
  const inside = await resolveInside(places.workspace, path);
  if (inside !== null) {
    return inside;
  }
  // Relative paths mean the workspace only.
  const spilled = isAbsolute(path) ? await resolveInside(spillDir(places.home), path).catch(() => null) : null;
  if (spilled === null) {
    throw outside(path);
  }
  return spilled;
}

/** Real path of a file to write. Git's own folder is not for editing: a hook or setting planted there would run later. */
export async function writablePath(path: string, places: { workspace: string }): Promise<string> {
  const full = await resolveInside(places.workspace, path);
  const root = await resolveInside(places.workspace, ".");
  if (full === null || root === null) {
    throw outside(path);
  }
  const parts = relative(root, full).split(sep);
  if (parts.some((part) => part.toLowerCase() === ".git")) {
    throw new PathRefused("The .git folder cannot be changed with this tool; use git commands in bash.");
  }
  return full;
}

/** Text of a regular file. Throws PathRefused with a sentence for the model. */
export async function readText(full: string, shown: string): Promise<string> {
  return asText(await readContent(full, shown), shown);
}

/** The content as text. Throws PathRefused. */
export function asText(content: Buffer, shown: string): string {
  if (content.subarray(0, 8000).includes(0)) {
    throw new PathRefused(`${shown} is a binary file of ${content.length} bytes.`);
  }
  return content.toString("utf8");
}

/** Bytes of a regular file. Throws PathRefused with a sentence for the model. */
export async function readContent(full: string, shown: string): Promise<Buffer> {
  // Non-blocking, so that a named pipe cannot hold the tool.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await openOrRefuse(full, flags, shown);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) {
      throw new PathRefused(`${shown} is a folder; use ls.`);
    }
    if (!stats.isFile()) {
      throw new PathRefused(`${shown} is not a regular file.`);
    }
    if (stats.size > maxFileBytes) {
      throw new PathRefused(`${shown} has ${stats.size} bytes; read parts of it with bash (head, tail, sed -n).`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Writes a file, with its folders. Never through a link in the last place. Answers whether it was new. */
export async function writeText(full: string, shown: string, content: string): Promise<{ isNew: boolean }> {
  await mkdir(dirname(full), { recursive: true });
  const { O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
  let isNew = true;
  let file = await open(full, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666).catch(() => null);
  if (file === null) {
    isNew = false;
    file = await openOrRefuse(full, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, shown);
  }
  try {
    if (!(await file.stat()).isFile()) {
      throw new PathRefused(`${shown} is not a regular file.`);
    }
    await file.writeFile(content, "utf8");
    return { isNew };
  } finally {
    await file.close();
  }
}

async function openOrRefuse(full: string, flags: number, shown: string): Promise<FileHandle> {
  try {
    return await open(full, flags);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const known: Record<string, string> = {
      ENOENT: `${shown} does not exist.`,
      ELOOP: `${shown} is a link; links are not followed.`,
      EISDIR: `${shown} is a folder.`,
      EACCES: `${shown} cannot be opened: permission denied.`,
      ENXIO: `${shown} is not a regular file.`,
    };
    throw new PathRefused(known[code ?? ""] ?? `${shown} cannot be opened (${code}).`);
  }
}
