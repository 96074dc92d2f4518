/** Commands as Redis clients send them: arrays of strings with their lengths. */

/** More than any message of ours has; an argument may be as long as a message. */
const maxArguments = 32;
const maxBytes = 16 * 1024 * 1024;

/** Reads one command after another. Throws on what is none, and on one that is too large. */
export async function* readCommands(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let rest: Buffer = Buffer.alloc(0);
  /** No use looking again before this much has come. */
  let needed = 0;
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length > 0 && rest.length >= needed) {
      const read = readCommand(rest);
      if ("needed" in read) {
        needed = read.needed;
        break;
      }
      rest = rest.subarray(read.length);
      needed = 0;
      yield read.words;
    }
  }
}

export function writeCommand(words: readonly (Buffer | string)[]): Buffer {
  const parts = words.flatMap((word) => {
    const bytes = Buffer.from(word);
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")];
  });
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
}

function readCommand(bytes: Buffer): { words: Buffer[]; length: number } | { needed: number } {
  const head = readNumber(bytes, 0, "*");
  if (head === null) {
    return { needed: bytes.length + 1 };
  }
  if (head.value < 1 || head.value > maxArguments) {
    throw new Error("too many arguments");
  }
  const words: Buffer[] = [];
  let at = head.end;
  while (words.length < head.value) {
    const size = readNumber(bytes, at, "$");
    if (size === null) {
      return { needed: bytes.length + 1 };
    }
    const end = size.end + size.value;
    if (size.value < 0 || end > maxBytes) {
      throw new Error("an argument is too large");
    }
    if (bytes.length < end + 2) {
      return { needed: end + 2 };
    }
    words.push(bytes.subarray(size.end, end));
    at = end + 2;
  }
  return { words, length: at };
}

/** A mark and a number at the end of a line; null when the line is not all there. */
function readNumber(bytes: Buffer, at: number, mark: string): { value: number; end: number } | null {
  const end = bytes.indexOf("\r\n", at, "latin1");
  const line = bytes.subarray(at, end < 0 ? Math.min(bytes.length, at + 16) : end).toString("latin1");
  if (line !== "" && !new RegExp(`^\\${mark}\\d{0,9}$`).test(line)) {
    throw new Error("not a command");
  }
  return end < 0 ? null : { value: Number(line.slice(1)), end: end + 2 };
}
