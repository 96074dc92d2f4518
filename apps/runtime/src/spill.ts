/** Results that were too long for the model, as files which the agent can read. */
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { headAndTail } from "./bound.ts";

/** Together; the oldest go first. An agent that comes back to one that is gone is told so, and can call the tool again. */
const maxTotalBytes = 200_000_000;
const maxFiles = 500;

/** Directory in the home of an agent inside a run: it goes with the run. */
export function spillDir(home: string): string {
  return join(home, "tool-output");
}

/** The end of the name stays: what tells calls apart stands there. */
export function spillFile(home: string, name: string): string {
  return join(spillDir(home), `${name.replace(/[^\w.-]/g, "_").slice(-80)}.txt`);
}

/** The text, or its ends and where the whole of it was written. */
export async function boundResult(text: string, options: { max: number; home: string; name: string }): Promise<string> {
  if (text.length <= options.max) {
    return text;
  }
  const file = spillFile(options.home, options.name);
  await mkdir(spillDir(options.home), { recursive: true, mode: 0o700 });
  await writeFile(file, text, { mode: 0o600 });
  await boundSpills(options.home);
  const note = `\n[The whole result (${text.length} characters) is in ${file}; read it with offset and limit, or search in it.]`;
  return headAndTail(text, options.max - note.length) + note;
}

/** Removes the oldest files when there are too many. Never throws: the result that was just written counts more. */
export async function boundSpills(home: string, limits = { bytes: maxTotalBytes, files: maxFiles }): Promise<void> {
  const dir = spillDir(home);
  const names = await readdir(dir).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(dir, name);
      const stats = await stat(path).catch(() => null);
      return { path, size: stats?.size ?? 0, at: stats?.mtimeMs ?? 0 };
    }),
  );
  let [bytes, count] = [0, 0];
  for (const [index, file] of files.sort((a, b) => b.at - a.at).entries()) {
    bytes += file.size;
    count += 1;
    if (index > 0 && (bytes > limits.bytes || count > limits.files)) {
      await rm(file.path, { force: true, recursive: true }).catch(() => undefined);
    }
  }
}
