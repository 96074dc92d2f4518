/** Cuts text that grows without end into blocks: a block is what the page draws and measures at once. */

/** Where a block begins: between paragraphs, or inside what was too long to be kept together. */
export type BlockStart = "paragraph" | "line" | "code";
export type TextBlock = { text: string; start: BlockStart };

/** A block beyond this (characters) ends at the next paragraph. */
const BLOCK_CHARS = 6000;
/** A paragraph or block of code beyond this is cut where a line ends. */
const MOST_CHARS = 20_000;
/** A longer block, and one that begins amid a paragraph or code, is not read as markdown. */
const MARKDOWN_CHARS = 12_000;

/** The block with more text, cut where it has become too long; all but the last are finished. */
export function growBlock(block: TextBlock, more: string): TextBlock[] {
  const text = block.text + more;
  // Without a new line end, the places to cut are those that were no use before.
  if (text.length <= BLOCK_CHARS || (text.length <= MOST_CHARS && !more.includes("\n"))) {
    return [{ ...block, text }];
  }
  const blocks: TextBlock[] = [];
  let { start } = block;
  let from = 0;
  while (text.length - from > BLOCK_CHARS) {
    const cut = cutOf(text.slice(from, from + MOST_CHARS + 1), start);
    if (cut === null) {
      break;
    }
    blocks.push({ text: text.slice(from, from + cut.at), start });
    from += cut.at;
    start = cut.next;
  }
  return from === text.length ? blocks : [...blocks, { text: text.slice(from), start }];
}

/** Pieces of at most so many characters, ending with a line where there is one. */
export function splitAtLines(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (text.length - from > MOST_CHARS) {
    const at = lineEnd(text.slice(from, from + MOST_CHARS));
    pieces.push(text.slice(from, from + at));
    from += at;
  }
  return from === text.length && pieces.length > 0 ? pieces : [...pieces, text.slice(from)];
}

/** Whether a block is shown as it stands. */
export function isPlain({ text, start }: TextBlock): boolean {
  return start !== "paragraph" || text.length > MARKDOWN_CHARS;
}

/** Where a window of text is cut and what begins there; null when it may still grow. */
function cutOf(window: string, start: BlockStart): { at: number; next: BlockStart } | null {
  const { paragraphs, inCode } = scan(window, start === "code");
  const at = paragraphs.findLast((end) => end <= BLOCK_CHARS) ?? paragraphs[0];
  if (at !== undefined) {
    return { at, next: "paragraph" };
  }
  if (window.length <= MOST_CHARS) {
    return null;
  }
  const line = lineEnd(window.slice(0, MOST_CHARS));
  return { at: line, next: inCode(line) ? "code" : "line" };
}

/** After the last line end; without one, between two characters. */
function lineEnd(window: string): number {
  const at = window.lastIndexOf("\n") + 1;
  if (at > 0) {
    return at;
  }
  const last = window.charCodeAt(window.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? window.length - 1 : window.length;
}

/** In one pass: where paragraphs end outside of fenced code, and whether a place lies inside of it. */
function scan(text: string, beginsInCode: boolean) {
  const paragraphs: number[] = [];
  const fences: number[] = [];
  let code = beginsInCode;
  for (const { 0: found, index } of text.matchAll(/\n\n|^ {0,3}```/gm)) {
    if (found !== "\n\n") {
      code = !code;
      fences.push(index);
    } else if (!code) {
      paragraphs.push(index + 2);
    }
  }
  const inCode = (at: number) => (fences.filter((fence) => fence < at).length % 2 === 1) !== beginsInCode;
  return { paragraphs, inCode };
}
