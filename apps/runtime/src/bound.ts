/** Keeps texts within a size: the beginning and the end stay, the middle is named. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Whole text when it has at most `max` characters, else its first and last parts around a note; never longer than `max`. */
export function headAndTail(text: string, max: number, note = "characters left out"): string {
  if (text.length <= max) {
    return text;
  }
  const mark = `\n[… ${text.length - max} ${note} …]\n`;
  const room = Math.max(0, max - mark.length - 12);
  const head = Math.ceil(room * 0.5);
  return `${text.slice(0, head)}\n[… ${text.length - room} ${note} …]\n${text.slice(text.length - (room - head))}`;
}

/** JSON of a value whose long strings are shortened, so that the result stays JSON. */
export function boundedJson(value: unknown, options: { maxString: number; maxTotal: number }): string {
  const shorten = (max: number) =>
    JSON.stringify(value, (_, part) => (typeof part === "string" ? headAndTail(part, max) : part)) ?? "null";
  const text = shorten(options.maxString);
  if (text.length <= options.maxTotal) {
    return text;
  }
  const shorter = shorten(200);
  return shorter.length <= options.maxTotal
    ? shorter
    : JSON.stringify({ shortened: headAndTail(shorter, Math.floor(options.maxTotal / 4)) });
}

/** Directory of results that were too long for the model; the agent can read it. */
export function spillDir(home: string): string {
  return join(home, "tool-output");
}

/** The text, or its ends and where the whole of it was written. */
export async function boundResult(text: string, options: { max: number; home: string; name: string }): Promise<string> {
  if (text.length <= options.max) {
    return text;
  }
  const file = join(spillDir(options.home), `${options.name.replace(/[^\w.-]/g, "_").slice(0, 80)}.txt`);
  await mkdir(spillDir(options.home), { recursive: true, mode: 0o700 });
  await writeFile(file, text, { mode: 0o600 });
  const note = `\n[The whole result (${text.length} characters) is in ${file}; read it with offset and limit, or search in it.]`;
  return headAndTail(text, options.max - note.length) + note;
}
