/** Small rules of prompt text: bounded, on one line, or indented under its heading. */

/** At most `max` characters, with a note of how much was left out. */
export function cut(text: string, max: number): string {
  if (text.length <= max) {
    return text;
  }
  // A pair of surrogates is one character and must not be torn.
  const end = /[\uD800-\uDBFF]/.test(text[max - 1] ?? "") ? max - 1 : max;
  return `${text.slice(0, end)}\n[${text.length - end} more characters were left out here]`;
}

/** The text on one line. */
export function oneLine(text: string, max = 200): string {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length > max ? `${flat.slice(0, max - 1)}…` : flat;
}

/** `label: text`; further lines are indented, so that nothing inside can pass for a heading or a line of ours. */
export function entry(label: string, text: string): string {
  return `${label}: ${text.trim().replace(/\r\n?|\n/g, "\n  ")}`;
}

/** A headed section; nothing when there is no body. */
export function section(heading: string, body: string | null | undefined): string {
  const text = body?.trim();
  return text ? `# ${heading}\n\n${text}` : "";
}

/** As many whole entries as fit into `max` characters, with a note of how many did not. */
export function fitting(entries: string[], max: number): string {
  const kept: string[] = [];
  let used = 0;
  for (const text of entries) {
    if (used + text.length > max) {
      break;
    }
    used += text.length + 1;
    kept.push(text);
  }
  const left = entries.length - kept.length;
  return [...kept, ...(left > 0 ? [`[${left} more were left out here]`] : [])].join("\n");
}

export const join = (sections: string[]): string => sections.filter((text) => text !== "").join("\n\n");
