/** Keeps texts within a size: the beginning and the end stay, the middle is named. */
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
