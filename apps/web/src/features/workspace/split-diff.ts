/** A diff of git as files and lines to show. */
import type { ChangedFile } from "@djinnbot/contracts";

export type DiffLine = {
  kind: "add" | "remove" | "same" | "hunk" | "note";
  text: string;
  oldNumber: number | null;
  newNumber: number | null;
};

/** The part of the diff that belongs to each file, in order; null where the diff ends before it. */
export function patchesOf(diff: string, files: readonly ChangedFile[]): (string | null)[] {
  // Lines of content begin with a sign or a space, so this is never one of them.
  const parts = diff.split(/^(?=diff --git )/m).filter((part) => part !== "");
  let at = 0;
  return files.map((file) => {
    const own = parts[at];
    if (own === undefined) {
      return null;
    }
    at += 1;
    // A file that became a link (or the other way round) is told as removed and added.
    const next = parts[at];
    if (next !== undefined && parts.length > files.length && headOf(next) === headOf(own)) {
      at += 1;
      return own + next;
    }
    return file.binary ? "" : own;
  });
}

const headOf = (part: string) => part.slice(0, part.indexOf("\n"));

/** Lines of one file's part, numbered on both sides. */
export function linesOf(patch: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let oldNumber = 0;
  let newNumber = 0;
  let inside = false;
  for (const text of patch.split("\n")) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    if (hunk) {
      [oldNumber, newNumber] = [Number(hunk[1]), Number(hunk[2])];
      inside = true;
      lines.push({ kind: "hunk", text, oldNumber: null, newNumber: null });
    } else if (text.startsWith("diff --git ")) {
      inside = false;
    } else if (!inside) {
      // Names, modes and hashes: the head of the file says what matters.
    } else if (text.startsWith("+")) {
      lines.push({ kind: "add", text: text.slice(1), oldNumber: null, newNumber });
      newNumber += 1;
    } else if (text.startsWith("-")) {
      lines.push({ kind: "remove", text: text.slice(1), oldNumber, newNumber: null });
      oldNumber += 1;
    } else if (text.startsWith(" ")) {
      lines.push({ kind: "same", text: text.slice(1), oldNumber, newNumber });
      oldNumber += 1;
      newNumber += 1;
    } else if (text.startsWith("\\")) {
      lines.push({ kind: "note", text: "No line break at the end of the file", oldNumber: null, newNumber: null });
    }
  }
  return lines;
}
