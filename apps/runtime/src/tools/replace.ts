/** Finding the one place a replacement is meant for: exactly, or else with tolerance for white space. */

export type Replaced = { text: string; tolerant: boolean } | { problem: string };

/** Replaces `oldText` by `newText`. The place must be unique; a problem is a sentence for the model. */
export function replaceOnce(text: string, oldText: string, newText: string): Replaced {
  if (oldText === "") {
    return { problem: "oldText is empty; use write to create a file." };
  }
  if (oldText === newText) {
    return { problem: "oldText and newText are the same." };
  }
  const first = text.indexOf(oldText);
  if (first >= 0) {
    const times = text.split(oldText).length - 1;
    return times > 1 || text.indexOf(oldText, first + 1) >= 0
      ? { problem: `oldText occurs ${Math.max(times, 2)} times; add surrounding lines so that it is unique.` }
      : { text: text.slice(0, first) + newText + text.slice(first + oldText.length), tolerant: false };
  }
  return replaceLines(text, oldText, newText);
}

const squeeze = (line: string) => line.trim().replace(/\s+/g, " ");
const indentOf = (line: string) => /^[ \t]*/.exec(line)?.[0] ?? "";

/** Compares whole lines with runs of white space taken as one; keeps the file's line ends and indentation. */
function replaceLines(text: string, oldText: string, newText: string): Replaced {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text.split(/\r?\n/);
  const wanted = trimBlank(oldText.split(/\r?\n/));
  const keys = wanted.map(squeeze);
  if (keys.length === 0) {
    return { problem: "oldText holds only white space." };
  }
  const seen = lines.map(squeeze);
  const places: number[] = [];
  for (let at = 0; at + keys.length <= seen.length; at += 1) {
    if (keys.every((key, index) => seen[at + index] === key)) {
      places.push(at);
    }
  }
  const [at] = places;
  if (at === undefined) {
    return { problem: "oldText was not found; read the file again and copy the text exactly." };
  }
  if (places.length > 1) {
    return { problem: `oldText occurs ${places.length} times; add surrounding lines so that it is unique.` };
  }
  const here = indentOf(lines[at] ?? "");
  const given = indentOf(wanted[0] ?? "");
  const shift = here.startsWith(given) ? here.slice(given.length) : "";
  const fresh = trimBlank(newText.split(/\r?\n/)).map((line) => (line.trim() === "" ? line : shift + line));
  return { text: [...lines.slice(0, at), ...fresh, ...lines.slice(at + keys.length)].join(eol), tolerant: true };
}

function trimBlank(lines: string[]): string[] {
  const start = lines.findIndex((line) => line.trim() !== "");
  const end = lines.findLastIndex((line) => line.trim() !== "");
  return start < 0 ? [] : lines.slice(start, end + 1);
}
