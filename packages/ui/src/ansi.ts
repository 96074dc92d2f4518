/** A stretch of text with one look; `className` holds the classes of its colour and weight. */
export type AnsiSegment = { text: string; className: string };

type Look = { fg: number | null; bold: boolean; dim: boolean; italic: boolean; underline: boolean };

const PLAIN: Look = { fg: null, bold: false, dim: false, italic: false, underline: false };
// CSI sequences, OSC sequences, and the lone control characters that are neither tab nor newline.
const CSI = "\\u001b\\[([0-9;:?]*)([@-~])";
const OSC = "\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)";
const ESCAPE = new RegExp(`${CSI}|${OSC}|[\\u0000-\\u0008\\u000b-\\u001f\\u007f]`, "g");

/** Splits one line into segments by its SGR colour codes (ECMA-48 8.3.117); every other control sequence is dropped. */
export function parseAnsi(line: string): AnsiSegment[] {
  const segments: AnsiSegment[] = [];
  let look = PLAIN;
  let from = 0;
  const push = (text: string) => {
    if (text !== "") {
      segments.push({ text, className: classesOf(look) });
    }
  };
  for (const match of line.matchAll(ESCAPE)) {
    push(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m") {
      look = applyCodes(look, match[1] ?? "");
    }
  }
  push(line.slice(from));
  return segments;
}

/** The text without colour codes and other control sequences. */
export function stripAnsi(text: string): string {
  return text.replace(ESCAPE, "");
}

function applyCodes(look: Look, codes: string): Look {
  let next = { ...look };
  const numbers = codes.split(/[;:]/).map(Number);
  for (let i = 0; i < numbers.length; i += 1) {
    const code = numbers[i] ?? 0;
    if (code === 38 || code === 48) {
      const colour = numbers[i + 1] === 5 ? basicColour(numbers[i + 2] ?? 7) : null;
      next = code === 38 ? { ...next, fg: colour } : next;
      i += numbers[i + 1] === 5 ? 2 : 4;
    } else {
      next = applyCode(next, code);
    }
  }
  return next;
}

function applyCode(look: Look, code: number): Look {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 3) return { ...look, italic: true };
  if (code === 4) return { ...look, underline: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 23) return { ...look, italic: false };
  if (code === 24) return { ...look, underline: false };
  if (code === 39) return { ...look, fg: null };
  if (code >= 30 && code <= 37) return { ...look, fg: code - 30 };
  if (code >= 90 && code <= 97) return { ...look, fg: code - 90 };
  return look;
}

/** The nearest of the eight theme colours for an xterm-256 index, so that contrast holds in both themes. */
function basicColour(index: number): number {
  if (index < 16) return index % 8;
  if (index >= 232) return index < 244 ? 0 : 7;
  const cube = index - 16;
  const bit = (level: number) => (level >= 3 ? 1 : 0);
  return bit(Math.floor(cube / 36)) + 2 * bit(Math.floor(cube / 6) % 6) + 4 * bit(cube % 6);
}

function classesOf(look: Look): string {
  const classes: string[] = [];
  if (look.fg !== null) classes.push(`ansi-${look.fg}`);
  else if (look.dim) classes.push("text-faint");
  if (look.bold) classes.push("font-semibold");
  if (look.italic) classes.push("italic");
  if (look.underline) classes.push("underline");
  return classes.join(" ");
}
